import MLX

/// Keys and values of the text with which a prompt began, before its audio. The next recording's
/// prompt begins the same as a rule, and what follows does not change them, so it need not be fed
/// again: of a clip of 3 s it is a sixth of the tokens.
struct PromptStart {
    /// Longer ones are not kept: a token takes 112 KB in the 0.6B.
    static let longest = 128

    let ids: [Int32]
    /// Of each layer, [1, kvHeads, ids, headDim].
    private let layers: [(keys: MLXArray, values: MLXArray)]

    var count: Int { ids.count }

    /// - Parameter cache: a layer's each, which hold `ids` at their beginning
    init(_ ids: [Int32], in cache: [KVCache]) throws {
        self.ids = ids
        layers = cache.compactMap { $0.beginning(ids.count) }
        try evaluate(layers.flatMap { [$0.keys, $0.values] })
    }

    /// Feeds it to caches that hold nothing.
    func feed(to cache: [KVCache]) {
        for (layer, held) in zip(cache, layers) {
            _ = layer.update(keys: held.keys, values: held.values)
        }
    }
}
