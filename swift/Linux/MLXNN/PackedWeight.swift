import CMLX
import MLX

/// Owns a weight matrix in the order in which the CPU kernels read it. The array that it was made
/// from is not kept.
final class PackedWeight {
    let ctx: cmlx_packed?

    init(dense weight: MLXArray) {
        ctx = cmlx_pack_dense(weight.ctx)
        reportIfMissing()
    }

    init(quantized weight: MLXArray, scales: MLXArray, biases: MLXArray?, groupSize: Int, bits: Int)
    {
        guard let biases else { preconditionFailure("affine quantization has biases") }
        ctx = cmlx_pack_quantized(weight.ctx, scales.ctx, biases.ctx, Int32(groupSize), Int32(bits))
        reportIfMissing()
    }

    deinit {
        cmlx_packed_free(ctx)
    }

    /// A failed packing joins the failures of the enclosing `withError`.
    private func reportIfMissing() {
        if ctx == nil { _ = MLXArray(nil as cmlx_array?) }
    }

    /// x [..., inputs] → [..., outputs]
    func multiply(_ x: MLXArray, bias: MLXArray?) -> MLXArray {
        guard let ctx else { return x }
        return MLXArray(cmlx_packed_multiply(ctx, x.ctx, bias?.ctx))
    }

    /// ids [...] → [..., inputs]
    func gather(_ ids: MLXArray) -> MLXArray {
        guard let ctx else { return ids }
        return MLXArray(cmlx_packed_gather(ctx, ids.ctx))
    }
}
