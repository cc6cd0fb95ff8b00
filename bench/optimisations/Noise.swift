import MLX

/// Values between -1 and 1, the same at every run.
struct Noise {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 32)) / 0x1p31
    }

    mutating func values(_ count: Int) -> [Float] {
        (0..<count).map { _ in next() }
    }

    mutating func array(_ shape: [Int], _ dtype: DType) -> MLXArray {
        let array = MLXArray(values(shape.reduce(1, *)), shape).asType(dtype)
        eval(array)
        return array
    }
}
