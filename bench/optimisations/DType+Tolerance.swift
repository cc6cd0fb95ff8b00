import MLX

extension DType {
    /// How far results may lie apart that only round differently, as a part of the largest value.
    var roundingTolerance: Double {
        self == .float32 ? 1e-5 : 2e-2
    }
}
