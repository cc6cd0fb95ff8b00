import CMLX

/// The fused ops, here on the CPU kernels.
public enum MLXFast {
    /// Rotary embedding of the first `dimensions` of the last axis; `array` is [batch, heads,
    /// positions, dim]. Only the half-rotation form, with frequencies from `base`.
    public static func RoPE(
        _ array: MLXArray, dimensions: Int, traditional: Bool, base: Float?, scale: Float,
        offset: Int
    ) -> MLXArray {
        precondition(!traditional, "traditional RoPE is not part of this model")
        return MLXArray(
            cmlx_rope(array.ctx, Int32(dimensions), base ?? 10_000, scale, Int32(offset)))
    }

    /// The same from a position of its own for each item of the batch: `offset` is int32 [batch].
    public static func RoPE(
        _ array: MLXArray, dimensions: Int, traditional: Bool, base: Float?, scale: Float,
        offset: MLXArray
    ) -> MLXArray {
        precondition(!traditional, "traditional RoPE is not part of this model")
        return MLXArray(
            cmlx_rope_each(array.ctx, Int32(dimensions), base ?? 10_000, scale, offset.ctx))
    }

    /// softmax(scale · q kᵀ + mask) v over [batch, heads, positions, dim], with fewer key heads
    /// than query heads where they divide. `mask` is bool (true = visible) or added, and
    /// broadcasts.
    public static func scaledDotProductAttention(
        queries: MLXArray, keys: MLXArray, values: MLXArray, scale: Float, mask: MLXArray?
    ) -> MLXArray {
        MLXArray(cmlx_attention(queries.ctx, keys.ctx, values.ctx, scale, mask?.ctx, false))
    }

    /// Which keys a query sees.
    public enum ScaledDotProductAttentionMaskMode {
        case none
        case array(MLXArray)
        /// The last query sees all keys, each one before it a key less.
        case causal
    }

    /// The same with a mask that need not be an array.
    public static func scaledDotProductAttention(
        queries: MLXArray, keys: MLXArray, values: MLXArray, scale: Float,
        mask: ScaledDotProductAttentionMaskMode
    ) -> MLXArray {
        switch mask {
        case .none:
            MLXArray(cmlx_attention(queries.ctx, keys.ctx, values.ctx, scale, nil, false))
        case .array(let mask):
            MLXArray(cmlx_attention(queries.ctx, keys.ctx, values.ctx, scale, mask.ctx, false))
        case .causal:
            MLXArray(cmlx_attention(queries.ctx, keys.ctx, values.ctx, scale, nil, true))
        }
    }

    /// x / √(mean(x²) + eps) · weight over the last axis.
    public static func rmsNorm(_ x: MLXArray, weight: MLXArray, eps: Float) -> MLXArray {
        MLXArray(cmlx_rms_norm(x.ctx, weight.ctx, eps))
    }

    /// (x - mean) / √(var + eps) · weight + bias over the last axis.
    public static func layerNorm(
        _ x: MLXArray, weight: MLXArray? = nil, bias: MLXArray? = nil, eps: Float
    ) -> MLXArray {
        guard let weight, let bias else {
            preconditionFailure("layerNorm needs weight and bias here")
        }
        return MLXArray(cmlx_layer_norm(x.ctx, weight.ctx, bias.ctx, eps))
    }
}
