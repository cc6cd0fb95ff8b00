// This folder: the layers of MLXNN that the model uses, over the weights that CMLX packs.
import CMLX
import MLX

// The initializers that take an arithmetic are not part of MLX Swift: BunASR's Platform calls them.
// The others compute in float32.

/// y = x Wᵀ + b
open class Linear {
    let packed: PackedWeight
    public let bias: MLXArray?

    /// - Parameters:
    ///   - weight: [outputs, inputs], float
    ///   - bias: [outputs]
    public convenience init(weight: MLXArray, bias: MLXArray? = nil) {
        self.init(weight: weight, bias: bias, arithmetic: CMLX_FULL)
    }

    package init(weight: MLXArray, bias: MLXArray?, arithmetic: cmlx_arithmetic) {
        packed = PackedWeight(dense: weight, arithmetic: arithmetic)
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
    public convenience init(
        weight: MLXArray, bias: MLXArray? = nil, scales: MLXArray, biases: MLXArray?,
        groupSize: Int, bits: Int,
        mode: QuantizationMode = .affine
    ) {
        self.init(
            weight: weight, bias: bias, scales: scales, biases: biases, groupSize: groupSize,
            bits: bits, arithmetic: CMLX_FULL)
    }

    package init(
        weight: MLXArray, bias: MLXArray?, scales: MLXArray, biases: MLXArray?, groupSize: Int,
        bits: Int, arithmetic: cmlx_arithmetic
    ) {
        self.groupSize = groupSize
        self.bits = bits
        super
            .init(
                packed: PackedWeight(
                    quantized: weight, scales: scales, biases: biases, groupSize: groupSize,
                    bits: bits, arithmetic: arithmetic),
                bias: bias)
    }
}
