import CMLX

/// How quantized values are stored; of MLX Swift's modes the one that checkpoints use here.
public enum QuantizationMode: String, Codable, Sendable {
    /// value = code · scale + bias
    case affine
}

/// Quantizes along the last axis, with a scale and a bias for each group of `groupSize` values. The
/// process ends when that is not possible, as with MLX Swift, which takes the parts of nothing.
public func quantized(
    _ w: MLXArray, groupSize: Int? = nil, bits: Int? = nil, mode: QuantizationMode = .affine,
    stream: StreamOrDevice = .default
) -> (wq: MLXArray, scales: MLXArray, biases: MLXArray?) {
    var parts: [cmlx_array?] = [nil, nil, nil]
    if cmlx_quantize(w.ctx, Int32(groupSize ?? 64), Int32(bits ?? 4), &parts) != 0 {
        fatalError(String(cString: cmlx_error()))
    }
    return (MLXArray(parts[0]), MLXArray(parts[1]), MLXArray(parts[2]))
}
