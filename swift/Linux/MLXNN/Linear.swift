// This folder: the layers of MLXNN that the model uses, over the weights that CMLX packs.
import MLX

/// y = x Wᵀ + b
open class Linear {
    let packed: PackedWeight
    public let bias: MLXArray?

    /// - Parameters:
    ///   - weight: [outputs, inputs], float
    ///   - bias: [outputs]
    public init(weight: MLXArray, bias: MLXArray? = nil) {
        packed = PackedWeight(dense: weight)
        self.bias = bias
    }

    init(packed: PackedWeight, bias: MLXArray?) {
        self.packed = packed
        self.bias = bias
    }

    /// x [..., inputs] → [..., outputs]
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        packed.multiply(x, bias: bias)
    }
}

/// How quantized values map to numbers.
public enum QuantizationMode: String, Sendable {
    /// value = code · scale + bias, for each group
    case affine
}

/// `Linear` over quantized weights.
open class QuantizedLinear: Linear {
    public let groupSize: Int
    public let bits: Int

    /// - Parameters:
    ///   - weight: uint32 codes [outputs, inputs · bits / 32]
    ///   - scales: [outputs, inputs / groupSize]
    ///   - biases: [outputs, inputs / groupSize]
    public init(
        weight: MLXArray, bias: MLXArray? = nil, scales: MLXArray, biases: MLXArray?,
        groupSize: Int, bits: Int,
        mode: QuantizationMode = .affine
    ) {
        self.groupSize = groupSize
        self.bits = bits
        super
            .init(
                packed: PackedWeight(
                    quantized: weight, scales: scales, biases: biases, groupSize: groupSize,
                    bits: bits),
                bias: bias)
    }
}
