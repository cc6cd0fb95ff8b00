import MLX

/// A recording, or the rest of one, on its way through the encoder: first the stem for all of it,
/// then group by group of windows, which do not see each other, through the layers.
final class Encoding: SlicedWork {
    /// Conv chunks computed together, at most: a second of audio takes 6 MB in the stem, so an hour
    /// must not go at once. Five stay below the size from which malloc gives memory back after each
    /// use and the system has to clear it again.
    private static let chunksAtOnce = 5

    /// Tokens that go through a layer together, at most, in whole windows: enough for products at
    /// full speed. It is what 40 s of audio give, so that a chunk of the usual length is one group.
    private static let tokensAtOnce = 520

    private enum Slice {
        case stem(chunks: Range<Int>)
        case layers(Range<Int>, tokens: Range<Int>)
    }

    private let encoder: AudioEncoder
    private let slices: [Slice]
    private var next = 0
    /// [chunks, 128, width, 1]
    private let images: MLXArray
    private let tokens: Int
    /// What the stem gave so far.
    private var stem: [StemPart]
    /// What the stem gave in all, [N, dModel]; what the padding of the last chunk gave is dropped.
    private lazy var stemmed = joined(stem.map(\.rows), axis: 0)
        .reshaped(-1, encoder.config.dModel)[0..<tokens]
    /// The frame of the mel where it begins.
    private let start: Int
    /// The group that is between two layers, [tokens, dModel].
    private var group: MLXArray?
    /// The embeddings of the groups that are finished, [tokens, outputDim] each.
    private(set) var embeddings: [MLXArray] = []

    /// - Parameters:
    ///   - images: [chunks, 128, width, 1]
    ///   - tokens: N
    ///   - start: the frame of the mel where the images begin
    ///   - kept: what the stem gave for the first of them before
    init(
        _ encoder: AudioEncoder, _ images: MLXArray, tokens: Int, from start: Int,
        keeping kept: [StemPart], _ budget: SliceBudget
    ) {
        self.encoder = encoder
        self.images = images
        self.tokens = tokens
        self.start = start
        stem = kept
        let first = kept.reduce(0) { $0 + $1.chunks }
        let stem = Self.even(images.dim(0) - first, atMost: Self.chunksAtOnce).map {
            Slice.stem(chunks: first + $0.lowerBound..<first + $0.upperBound)
        }
        let window = encoder.config.windowTokens
        let windows = (tokens + window - 1) / window
        let groups = Self.even(windows, atMost: max(1, Self.tokensAtOnce / window))
        slices = groups.reduce(into: stem) { slices, group in
            let rows = group.lowerBound * window..<min(group.upperBound * window, tokens)
            slices += budget.slices(
                ofLayers: encoder.config.encoderLayers,
                costing: encoder.operations(tokens: rows.count)
            )
            .map { .layers($0, tokens: rows) }
        }
    }

    var slicesLeft: Int { slices.count - next }

    /// What the stem gave for the last window, which the next encode may begin with, and for some
    /// chunks before it.
    var lastStem: [StemPart] {
        let config = encoder.config
        let windowChunks = config.nWindowInfer / config.chunkFrames
        let last = (images.dim(0) - 1) / windowChunks * windowChunks
        return stem.filter {
            $0.frame + $0.chunks * config.chunkFrames > start + last * config.chunkFrames
        }
    }

    func doSlice() throws {
        switch slices[next] {
        case .stem(let chunks):
            let part = encoder.convolve(images[chunks])
            try evaluate([part])
            let frame = start + chunks.lowerBound * encoder.config.chunkFrames
            stem.append(StemPart(frame: frame, rows: part))
        case .layers(let layers, let rows):
            let x = encoder.apply(layers, to: group ?? stemmed[rows])
            try evaluate([x])
            let isLast = layers.upperBound == encoder.config.encoderLayers
            if isLast { embeddings.append(x) }
            group = isLast ? nil : x
        }
        next += 1
    }

    /// 0..<count in parts of sizes as even as possible, none above `most`.
    private static func even(_ count: Int, atMost most: Int) -> [Range<Int>] {
        let parts = (count + most - 1) / most
        return (0..<parts).map { count * $0 / parts..<count * ($0 + 1) / parts }
    }
}
