import MLX

/// A table of rows by id; also the output head of a model with tied weights.
open class Embedding {
    let packed: PackedWeight

    /// - Parameter weight: [rows, dimensions], float
    public init(weight: MLXArray) {
        packed = PackedWeight(dense: weight)
    }

    init(packed: PackedWeight) {
        self.packed = packed
    }

    /// ids [...] → [..., dimensions]
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        packed.gather(x)
    }

    /// x [..., dimensions] → scores [..., rows]
    open func asLinear(_ x: MLXArray) -> MLXArray {
        packed.multiply(x, bias: nil)
    }
}

/// `Embedding` over quantized rows.
open class QuantizedEmbedding: Embedding {
    public let groupSize: Int
    public let bits: Int

    /// Shapes as in `QuantizedLinear`.
    public init(
        weight: MLXArray, scales: MLXArray, biases: MLXArray?, groupSize: Int, bits: Int,
        mode: QuantizationMode = .affine
    ) {
        self.groupSize = groupSize
        self.bits = bits
        super.init(
            packed: PackedWeight(
                quantized: weight, scales: scales, biases: biases, groupSize: groupSize, bits: bits))
    }
}
