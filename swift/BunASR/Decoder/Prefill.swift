import MLX

/// A prompt on its way through the decoder: some of its tokens at a time, and those through some of
/// the layers at a time.
final class Prefill: SlicedWork {
    /// Tokens that go through a layer together, at most: enough for products at full speed.
    private static let tokensAtOnce = 512
    /// Pairs of a token and a key that attention sees together. One layer is the smallest slice, so
    /// in long contexts fewer tokens go together.
    private static let pairsAtOnce = tokensAtOnce * 1024
    /// What goes together is a multiple of this, and not less.
    private static let tokensAtLeast = 32

    private struct Slice {
        let tokens: Range<Int>
        let layers: Range<Int>
    }

    /// The positions where the prompt begins and ends.
    let start, end: Int
    private let decoder: QuantizedTextDecoder
    private let cache: [KVCache]
    /// [1, L, hidden]
    private let prompt: MLXArray
    private let slices: [Slice]
    private var next = 0
    /// What is between two layers, [1, tokens, hidden].
    private var group: MLXArray?
    /// Those for the token after the prompt; nil while slices are left.
    private(set) var scores: StepScores?

    /// - Parameters:
    ///   - prompt: embeddings [1, L, hidden]
    ///   - cache: a layer's each, all at the position where the prompt begins
    init(
        _ decoder: QuantizedTextDecoder, _ prompt: MLXArray, _ cache: [KVCache],
        _ budget: SliceBudget
    ) {
        self.decoder = decoder
        self.prompt = prompt
        self.cache = cache
        start = cache[0].offset
        let length = prompt.dim(1)
        end = start + length
        for layer in cache { layer.reserve(end) }
        var slices: [Slice] = []
        var first = 0
        while first < length {
            let most = Self.pairsAtOnce / max(1, start + first) / Self.tokensAtLeast
            let count = min(max(1, most) * Self.tokensAtLeast, Self.tokensAtOnce, length - first)
            let operations = decoder.operations(tokens: count, context: start + first + count)
            slices += budget.slices(ofLayers: cache.count, costing: operations)
                .map { Slice(tokens: first..<first + count, layers: $0) }
            first += count
        }
        self.slices = slices
    }

    var slicesLeft: Int { slices.count - next }

    func doSlice() throws {
        let slice = slices[next]
        let isLast = slice.layers.upperBound == cache.count
        let hidden = decoder.apply(
            slice.layers, to: group ?? prompt[0..., slice.tokens], caches: [cache])
        try evaluate([hidden] + cache[slice.layers].flatMap(\.state))
        group = isLast ? nil : hidden
        next += 1
        guard slicesLeft == 0 else { return }
        let scores = StepScores(decoder.logits(hidden))
        try evaluate(scores.results)
        self.scores = scores
    }

    /// Forgets what was fed.
    func drop() {
        for layer in cache { layer.rewind(to: start) }
    }
}
