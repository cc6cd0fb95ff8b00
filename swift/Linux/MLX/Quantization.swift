import CMLX

/// How quantized values are stored; of MLX Swift's modes the one that checkpoints use here.
public enum QuantizationMode: String, Codable, Sendable {
    /// value = code · scale + bias
    case affine
}

/// Where an op runs; here there is only the processor.
public struct StreamOrDevice: Sendable {
    public static let cpu = StreamOrDevice()
}

/// Quantizes along the last axis, with a scale and a bias for each group of `groupSize` values.
public func quantized(
    _ w: MLXArray, groupSize: Int? = nil, bits: Int? = nil, mode: QuantizationMode = .affine,
    stream: StreamOrDevice = .cpu
) -> (wq: MLXArray, scales: MLXArray, biases: MLXArray?) {
    var parts: [cmlx_array?] = [nil, nil, nil]
    if cmlx_quantize(w.ctx, Int32(groupSize ?? 64), Int32(bits ?? 4), &parts) != 0 {
        reportFailure()
        return (w, w, w)
    }
    return (MLXArray(parts[0]), MLXArray(parts[1]), MLXArray(parts[2]))
}
