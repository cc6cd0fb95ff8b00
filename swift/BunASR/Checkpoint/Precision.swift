import MLX

/// In which type the activations are computed, and whether the weights follow.
package struct Precision {
    package enum Name: String, Codable {
        /// The fastest that the checkpoint allows.
        case auto
        /// float32 throughout, so that rounding hides no fault.
        case full
    }

    let name: Name
    package let activations: DType
    /// In which keys and values are kept.
    let cache: DType
    /// Weight matrices are stored in the type of the activations, too.
    let castsMatrices: Bool

    /// The head gives classes of time, and a small error there can be seconds.
    private let isAligner: Bool

    /// - Parameter weights: dtype of the checkpoint's float tensors
    package init(_ name: Name, weights: DType, isAligner: Bool = false) {
        self.name = name
        self.isAligner = isAligner
        #if os(Linux)
            // The CPU kernels read every weight format and compute in float32.
            // A decode step is bound by what it reads, and float16 halves the keys and values.
            activations = .float32
            castsMatrices = false
            cache = name == .full ? .float32 : .float16
        #else
            activations = name == .full ? .float32 : weights
            castsMatrices = name == .full
            cache = activations
        #endif
    }

    /// How far the factors of a product with weights may be rounded, where that makes it faster.
    package enum Rounding: Sendable {
        case none
        /// Activations to 16 bits; float weights to 13, and what meets them.
        case fine
        /// Activations to 8 bits, and float weights, too, where that is faster.
        case coarse
    }

    /// How far products with the weights of a module may be rounded: the one place where that is
    /// decided.
    ///
    /// - Parameters:
    ///   - module: canonical name of the weights, without `.weight`
    ///   - isQuantized: the checkpoint holds codes, which are never rounded further
    package func rounding(of module: String, isQuantized: Bool) -> Rounding {
        if name == .full { return .none }
        // Float rows go into the decoder as they are.
        if module == "model.embed_tokens" && !isQuantized { return .none }
        // It is used once for a word: rounding would save nothing.
        if module == "lm_head" && isAligner { return .none }
        // Softmax multiplies what scores are off by, and keys and values are one product with them.
        // A text bears that better than times do; codes are off by more already.
        let attention = [".self_attn.q_proj", ".self_attn.k_proj", ".self_attn.v_proj"]
        let isFine = isAligner && !isQuantized && attention.contains(where: module.hasSuffix)
        return isFine ? .fine : .coarse
    }
}
