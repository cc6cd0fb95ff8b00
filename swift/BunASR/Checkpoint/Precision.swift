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

    /// - Parameter weights: dtype of the checkpoint's float tensors
    package init(_ name: Name, weights: DType) {
        self.name = name
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
}
