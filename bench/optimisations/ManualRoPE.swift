import BunASR
import MLX

/// The half rotation, from slices and a table of cosines and sines made beforehand.
struct ManualRoPE {
    private let half: Int
    /// [positions, dim / 2]
    private let cosines: MLXArray
    private let sines: MLXArray

    init(dimensions: Int, base: Float, positions: Range<Int>, _ dtype: DType) {
        let half = dimensions / 2
        let frequencies = (0..<half).map { Float(pow(Double(base), -Double($0) / Double(half))) }
        let angles = positions.flatMap { position in frequencies.map { Float(position) * $0 } }
        self.half = half
        cosines = MLXArray(angles.map { cos($0) }, [positions.count, half]).asType(dtype)
        sines = MLXArray(angles.map { sin($0) }, [positions.count, half]).asType(dtype)
    }

    /// [1, heads, positions, dim]
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        let first = x[0..., 0..., 0..., ..<half]
        let second = x[0..., 0..., 0..., half...]
        return concatenated(
            [first * cosines - second * sines, second * cosines + first * sines], axis: 3)
    }
}
