import CMLX
import MLX

/// Owns a weight matrix in the order in which the CPU kernels read it. The array that it was made
/// from is not kept.
final class PackedWeight {
    let ctx: cmlx_packed?

    init(dense weight: MLXArray, arithmetic: cmlx_arithmetic) {
        ctx = cmlx_pack_dense(weight.ctx, arithmetic)
        reportIfMissing()
    }

    init(
        quantized weight: MLXArray, scales: MLXArray, biases: MLXArray?, groupSize: Int, bits: Int,
        arithmetic: cmlx_arithmetic
    ) {
        guard let biases else { preconditionFailure("affine quantization has biases") }
        ctx = cmlx_pack_quantized(
            weight.ctx, scales.ctx, biases.ctx, Int32(groupSize), Int32(bits), arithmetic)
        reportIfMissing()
    }

    /// - Parameter weight: [outputs, height, width, in], for `convolve` with this stride alone
    init(convolution weight: MLXArray, stride: (Int, Int), arithmetic: cmlx_arithmetic) {
        ctx = cmlx_pack_convolution(
            weight.ctx, [Int32(stride.0), Int32(stride.1)], arithmetic)
        reportIfMissing()
    }

    deinit {
        cmlx_packed_free(ctx)
    }

    /// A failed packing joins the failures of the enclosing `withError`.
    private func reportIfMissing() {
        if ctx == nil { _ = missing }
    }

    /// What a failed packing gives.
    private var missing: MLXArray { MLXArray(nil as cmlx_array?) }

    /// x [..., inputs] → [..., outputs]
    func multiply(_ x: MLXArray, bias: MLXArray?) -> MLXArray {
        guard let ctx else { return missing }
        return MLXArray(cmlx_packed_multiply(ctx, x.ctx, bias?.ctx))
    }

    /// x [batch, height, width, in] → [batch, height, width, outputs], with weights that were given
    /// as [outputs, height, width, in]
    func convolve(
        _ x: MLXArray, bias: MLXArray?, kernel: (Int, Int), stride: (Int, Int), padding: (Int, Int)
    ) -> MLXArray {
        guard let ctx else { return missing }
        func pair(_ values: (Int, Int)) -> [Int32] { [Int32(values.0), Int32(values.1)] }
        return MLXArray(
            cmlx_packed_convolve(
                ctx, x.ctx, bias?.ctx, pair(kernel), pair(stride), pair(padding)))
    }

    /// ids [...] → [..., inputs]
    func gather(_ ids: MLXArray) -> MLXArray {
        guard let ctx else { return missing }
        return MLXArray(cmlx_packed_gather(ctx, ids.ctx))
    }
}
