import CMLX
import MLX

/// A table of rows by id; also the output head of a model with tied weights.
open class Embedding {
    var packed: PackedWeight?

    /// - Parameter weight: [rows, dimensions], float
    public convenience init(weight: MLXArray) {
        self.init(weight: weight, arithmetic: CMLX_FULL)
    }

    package init(weight: MLXArray, arithmetic: cmlx_arithmetic) {
        packed = PackedWeight(dense: weight, arithmetic: arithmetic)
    }

    /// Without weights, until `update(parameters:)`.
    init() {
        packed = nil
    }

    private var weights: PackedWeight {
        guard let packed else { fatalError("an embedding was used before it got its weights") }
        return packed
    }

    /// ids [...] → [..., dimensions]
    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        weights.gather(x)
    }

    /// x [..., dimensions] → scores [..., rows]
    open func asLinear(_ x: MLXArray) -> MLXArray {
        weights.multiply(x, bias: nil)
    }
}

/// `Embedding` over quantized rows. MLX Swift 0.31 has no initializer that takes codes: they come
/// by `update`.
open class QuantizedEmbedding: Embedding {
    public let groupSize: Int
    public let bits: Int

    public init(
        embeddingCount: Int, dimensions: Int, groupSize: Int = 64, bits: Int = 4,
        mode: QuantizationMode = .affine
    ) {
        self.groupSize = groupSize
        self.bits = bits
        super.init()
    }

    /// Takes `weight`, `scales` and `biases`, shaped as in `QuantizedLinear`.
    @discardableResult
    open func update(parameters: ModuleParameters) -> Self {
        update(parameters: parameters, arithmetic: CMLX_FULL)
    }

    @discardableResult
    package func update(parameters: ModuleParameters, arithmetic: cmlx_arithmetic) -> Self {
        guard let weight = parameters.values["weight"], let scales = parameters.values["scales"]
        else {
            preconditionFailure("a quantized embedding takes weight, scales and biases")
        }
        packed = PackedWeight(
            quantized: weight, scales: scales, biases: parameters.values["biases"],
            groupSize: groupSize, bits: bits, arithmetic: arithmetic)
        return self
    }
}
