import MLX

/// Whisper's table of positions, made once for each length.
package final class Sinusoids {
    private let size: Int
    private let dtype: DType
    private var tables: [Int: MLXArray] = [:]

    package init(size: Int, dtype: DType) {
        self.size = size
        self.dtype = dtype
    }

    /// [length, size]: sin, then cos.
    package func callAsFunction(_ length: Int) -> MLXArray {
        if let made = tables[length] { return made }
        let table = Self.table(length: length, size: size).asType(dtype)
        tables[length] = table
        return table
    }

    /// Float32, for the official table is computed so.
    package static func table(length: Int, size: Int) -> MLXArray {
        let half = size / 2
        let step = log(10_000.0) / Double(max(half - 1, 1))
        var values: [Float] = []
        values.reserveCapacity(length * size)
        for position in 0..<length {
            let angles = (0..<half).map { Float(position) * Float(exp(Float(-step) * Float($0))) }
            values += angles.map { sin($0) }
            values += angles.map { cos($0) }
        }
        return MLXArray(values, [length, size])
    }
}
