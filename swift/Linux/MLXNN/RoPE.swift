import MLX

/// Rotary positional embedding (https://arxiv.org/abs/2104.09864).
public final class RoPE {
    private let dimensions: Int
    private let traditional: Bool
    private let base: Float
    private let scale: Float

    public init(dimensions: Int, traditional: Bool = false, base: Float = 10_000, scale: Float = 1)
    {
        self.dimensions = dimensions
        self.traditional = traditional
        self.base = base
        self.scale = scale
    }

    /// `x` is [batch, heads, positions, dim]; its first position is `offset`.
    public func callAsFunction(_ x: MLXArray, offset: Int) -> MLXArray {
        MLXFast.RoPE(
            x, dimensions: dimensions, traditional: traditional, base: base, scale: scale,
            offset: offset)
    }

    /// The same with a first position for each item of the batch: `offset` is int32 [batch].
    public func callAsFunction(_ x: MLXArray, offset: MLXArray) -> MLXArray {
        MLXFast.RoPE(
            x, dimensions: dimensions, traditional: traditional, base: base, scale: scale,
            offset: offset)
    }
}
