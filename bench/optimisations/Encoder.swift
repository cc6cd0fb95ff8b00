import BunASR
import MLX

/// The encoder of Qwen3-ASR-0.6B: 896 = 14 heads × 64, windows of 104 tokens.
struct Encoder {
    private static let (heads, headDim, size, window) = (14, 64, 896, 104)
    private static let scale = 1 / Float(headDim).squareRoot()
    /// Ten seconds take 122 tokens, two minutes 1560.
    private static let (short, long) = (122, 1560)

    /// Layers evaluated together.
    private static let layers = 8

    let dtype: DType

    func comparisons() -> [Comparison] {
        [attention(), positions()]
            + [Self.short, Self.long].flatMap { [blockMask($0), windows($0)] }
    }

    private func attention() -> Comparison {
        let tokens = Self.short
        var noise = Noise(seed: 2)
        let qkv = (0..<3).map { _ in noise.array([1, Self.heads, tokens, Self.headDim], dtype) }
        let mask = ManualAttention.additive(queries: tokens, keys: tokens, dtype) {
            $0 / Self.window == $1 / Self.window
        }
        let scale = MLXArray(Self.scale).asType(dtype)
        return Comparison(
            stage: .encoder, name: "attention", shape: "14 heads, 122 × 122 × 64",
            before: Way("matmul, scale, mask, softmax, matmul", repetitions: Self.layers) {
                ManualAttention.attend(qkv[0], qkv[1], qkv[2], scale: scale, mask: mask)
            },
            after: Way("MLXFast.scaledDotProductAttention", repetitions: Self.layers) {
                MLXFast.scaledDotProductAttention(
                    queries: qkv[0], keys: qkv[1], values: qkv[2], scale: Self.scale, mask: mask)
            },
            repetitions: Self.layers, tolerance: dtype.roundingTolerance)
    }

    private func positions() -> Comparison {
        let repetitions = 16
        let sinusoids = Sinusoids(size: Self.size, dtype: dtype)
        return Comparison(
            stage: .encoder, name: "position embeddings", shape: "13 × 896",
            before: Way("made at every call", repetitions: repetitions) {
                Sinusoids.table(length: 13, size: Self.size).asType(dtype)
            },
            after: Way("kept by length", repetitions: repetitions) { sinusoids(13) },
            repetitions: repetitions, tolerance: 0)
    }

    private func blockMask(_ tokens: Int) -> Comparison {
        Comparison(
            stage: .encoder, name: "block mask", shape: "\(tokens) × \(tokens)",
            before: Way("loop over elements", repetitions: 1) {
                var mask = [Bool](repeating: false, count: tokens * tokens)
                for query in 0..<tokens {
                    for key in 0..<tokens {
                        mask[query * tokens + key] = query / Self.window == key / Self.window
                    }
                }
                return MLXArray(mask, [tokens, tokens])
            },
            after: Way("blocks .== blocksᵀ", repetitions: 1) { Self.mask(tokens) },
            tolerance: 0)
    }

    /// [tokens, tokens], true inside a window.
    private static func mask(_ tokens: Int) -> MLXArray {
        let blocks = MLXArray((0..<tokens).map { Int32($0 / window) })
        return blocks.reshaped(tokens, 1) .== blocks.reshaped(1, tokens)
    }

    /// The block mask over all tokens against what the encoder does, from and to [tokens, 896].
    private func windows(_ tokens: Int) -> Comparison {
        var noise = Noise(seed: 3)
        let qkv = (0..<3).map { _ in noise.array([tokens, Self.size], dtype) }
        let mask = Self.mask(tokens)
        let windows = AttentionWindows(tokens: tokens, window: Self.window)
        return Comparison(
            stage: .encoder, name: "attention in windows", shape: "14 heads, \(tokens) tokens × 64",
            before: Way("all pairs, masked", repetitions: Self.layers) {
                Self.attendAll(qkv, mask: mask)
            },
            after: Way("windows in the batch axis", repetitions: Self.layers) {
                windows.attend(
                    queries: qkv[0], keys: qkv[1], values: qkv[2], heads: Self.heads,
                    scale: Self.scale)
            },
            repetitions: Self.layers, tolerance: dtype.roundingTolerance)
    }

    /// q, k, v [N, 896] → [N, 896]
    private static func attendAll(_ qkv: [MLXArray], mask: MLXArray) -> MLXArray {
        let split = qkv.map { $0.reshaped(1, -1, heads, headDim).transposed(0, 2, 1, 3) }
        return MLXFast.scaledDotProductAttention(
            queries: split[0], keys: split[1], values: split[2], scale: scale, mask: mask
        )
        .transposed(0, 2, 1, 3).reshaped(-1, size)
    }
}
