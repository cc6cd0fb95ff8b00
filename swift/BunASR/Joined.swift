import MLX

/// The parts one after the other along `axis`; a single one is not copied.
func joined(_ parts: [MLXArray], axis: Int) -> MLXArray {
    parts.count == 1 ? parts[0] : concatenated(parts, axis: axis)
}
