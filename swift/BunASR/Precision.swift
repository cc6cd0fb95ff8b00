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
    /// Weight matrices are stored in the type of the activations, too.
    let castsMatrices: Bool

    /// - Parameter weights: dtype of the checkpoint's float tensors
    package init(_ name: Name, weights: DType) {
        self.name = name
        #if os(Linux)
            // The CPU kernels read every weight format and compute in float32.
            activations = .float32
            castsMatrices = false
        #else
            activations = name == .full ? .float32 : weights
            castsMatrices = name == .full
        #endif
    }
}
