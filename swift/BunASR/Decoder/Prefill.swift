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
        /// None where the head alone is left.
        let layers: Range<Int>
        /// The tokens that the head scores behind those layers.
        var scored = 0..<0
    }

    /// The positions where the prompt begins and ends, the draft not included.
    let start, end: Int
    /// The tokens that are fed behind the prompt.
    let draft: [Int]
    private let decoder: QuantizedTextDecoder
    private let cache: [KVCache]
    /// The beginning of the prompt, if it need not go through the layers.
    private let known: PromptStart?
    /// [1, L, hidden]
    private let embeddings: MLXArray
    private let slices: [Slice]
    private var next = 0
    /// What is between two layers, [1, tokens, hidden].
    private var group: MLXArray?
    /// The first token that is scored.
    private let firstScored: Int
    /// What the layers gave for the tokens that are scored, [1, tokens, hidden] each.
    private var heard: [MLXArray] = []
    /// Those for the token after the prompt, and for that after each token of the draft; whole when
    /// no slice is left.
    private(set) var scores: [Scores] = []

    /// - Parameters:
    ///   - known: the beginning of the prompt; nil where all of it is fed
    ///   - embeddings: of the rest of the prompt and of the draft, [1, L, hidden]
    ///   - draft: tokens that may be chosen behind the prompt
    ///   - cache: a layer's each, all at the position where the prompt begins
    init(
        _ decoder: QuantizedTextDecoder, after known: PromptStart?, _ embeddings: MLXArray,
        draft: [Int], _ cache: [KVCache], _ budget: SliceBudget
    ) {
        self.decoder = decoder
        self.embeddings = embeddings
        self.draft = draft
        self.cache = cache
        self.known = known
        start = cache[0].offset
        let length = embeddings.dim(1)
        let held = start + (known?.count ?? 0)
        end = held + length - draft.count
        firstScored = length - draft.count - 1
        for layer in cache { layer.reserve(held + length) }
        var slices: [Slice] = []
        var first = 0
        while first < length {
            let most = Self.pairsAtOnce / max(1, held + first) / Self.tokensAtLeast
            let count = min(max(1, most) * Self.tokensAtLeast, Self.tokensAtOnce, length - first)
            let operations = decoder.operations(tokens: count, context: held + first + count)
            slices += budget.slices(ofLayers: cache.count, costing: operations)
                .map { Slice(tokens: first..<first + count, layers: $0) }
            first += count
        }
        let scored = budget.slices(of: Array(firstScored..<length)) { _ in decoder.headOperations }
            .map { $0[0]..<$0[0] + $0.count }
        slices[slices.count - 1].scored = scored[0]
        self.slices =
            slices + scored.dropFirst().map { Slice(tokens: 0..<0, layers: 0..<0, scored: $0) }
    }

    var slicesLeft: Int { slices.count - next }

    func doSlice() throws {
        let slice = slices[next]
        if next == 0 { known?.feed(to: cache) }
        if !slice.layers.isEmpty { try apply(slice.layers, to: slice.tokens) }
        if !slice.scored.isEmpty { try score(slice.scored) }
        next += 1
    }

    private func apply(_ layers: Range<Int>, to tokens: Range<Int>) throws {
        let scored = tokens.upperBound - max(tokens.lowerBound, firstScored)
        let hidden = decoder.apply(
            layers, to: group ?? embeddings[0..., tokens], caches: [cache], wanted: max(1, scored))
        try evaluate([hidden] + cache[layers].flatMap(\.state))
        let isLast = layers.upperBound == cache.count
        group = isLast ? nil : hidden
        if isLast && scored > 0 { heard.append(hidden) }
    }

    private func score(_ tokens: Range<Int>) throws {
        let rows = tokens.lowerBound - firstScored..<tokens.upperBound - firstScored
        let step = StepScores(decoder.scores(joined(heard, axis: 1)[0..., rows]))
        try evaluate(step.results)
        scores += (0..<tokens.count).map { Scores(step: step, row: $0) }
    }

    /// Forgets what was fed.
    func drop() {
        for layer in cache { layer.rewind(to: start) }
    }
}
