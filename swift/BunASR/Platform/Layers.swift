import MLX
import MLXNN

#if os(Linux)
    import CMLX
#endif

// Layers of weights that may be multiplied as `Precision` says. Only the CPU kernels have a choice.
extension Platform {
    /// - Parameters:
    ///   - weight: [outputs, inputs], float
    ///   - bias: [outputs]
    static func linear(weight: MLXArray, bias: MLXArray?, _ rounding: Precision.Rounding) -> Linear
    {
        #if os(Linux)
            Linear(weight: weight, bias: bias, arithmetic: rounding.arithmetic)
        #else
            Linear(weight: weight, bias: bias)
        #endif
    }

    /// - Parameter bias: [outputs]
    static func linear(_ codes: AffineCodes, bias: MLXArray?, _ rounding: Precision.Rounding)
        -> Linear
    {
        #if os(Linux)
            QuantizedLinear(
                weight: codes.weight, bias: bias, scales: codes.scales, biases: codes.biases,
                groupSize: codes.groupSize, bits: codes.bits, arithmetic: rounding.arithmetic)
        #else
            QuantizedLinear(
                weight: codes.weight, bias: bias, scales: codes.scales, biases: codes.biases,
                groupSize: codes.groupSize, bits: codes.bits)
        #endif
    }

    /// - Parameter weight: [rows, dimensions], float
    static func embedding(weight: MLXArray, _ rounding: Precision.Rounding) -> Embedding {
        #if os(Linux)
            Embedding(weight: weight, arithmetic: rounding.arithmetic)
        #else
            Embedding(weight: weight)
        #endif
    }

    /// MLX Swift 0.31 has no initializer that takes codes: they come by `update`.
    static func embedding(
        _ codes: AffineCodes, rows: Int, dimensions: Int, _ rounding: Precision.Rounding
    ) -> Embedding {
        let embedding = QuantizedEmbedding(
            embeddingCount: rows, dimensions: dimensions, groupSize: codes.groupSize,
            bits: codes.bits)
        let parameters = ModuleParameters.unflattened([
            ("weight", codes.weight), ("scales", codes.scales), ("biases", codes.biases),
        ])
        #if os(Linux)
            return embedding.update(parameters: parameters, arithmetic: rounding.arithmetic)
        #else
            return embedding.update(parameters: parameters)
        #endif
    }

    /// Gives `convolution` its `weight` [outputs, height, width, inputs] and `bias` [outputs].
    static func load(
        _ convolution: Conv2d, weight: MLXArray, bias: MLXArray, _ rounding: Precision.Rounding
    ) {
        let parameters = ModuleParameters.unflattened([("weight", weight), ("bias", bias)])
        #if os(Linux)
            convolution.update(parameters: parameters, arithmetic: rounding.arithmetic)
        #else
            convolution.update(parameters: parameters)
        #endif
    }
}

#if os(Linux)
    extension Precision.Rounding {
        fileprivate var arithmetic: cmlx_arithmetic {
            switch self {
            case .none: CMLX_FULL
            case .fine: CMLX_FINE
            case .coarse: CMLX_FAST
            }
        }
    }
#endif
