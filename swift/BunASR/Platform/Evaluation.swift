import MLX

/// Evaluates `arrays` and waits for them. Throws what MLX failed with.
func evaluate(_ arrays: [MLXArray]) throws {
    try withError { eval(arrays) }
}
