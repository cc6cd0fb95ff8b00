/// How scales and biases are rounded when a file stores them.
enum StoredScale {
    case bfloat16, float16, float32

    /// The nearest stored value, of two the even one.
    func rounded(_ value: Float) -> Float {
        let dropped = UInt32(droppedBits)
        if dropped == 0 { return value }
        if self == .float16, value.magnitude < Self.smallestHalf {
            return (value / Self.halfStep).rounded(.toNearestOrEven) * Self.halfStep
        }
        let bits = value.bitPattern
        let half = UInt32(1) << (dropped - 1)
        let even = bits >> dropped & 1
        // What overflows in between becomes an infinity or NaN, which loses every comparison.
        return Float(bitPattern: (bits &+ half &- 1 &+ even) & ~(2 * half - 1))
    }

    /// The distance from a stored value to the next larger one.
    func step(at value: Float) -> Float {
        let step = value.ulp * Float(1 << droppedBits)
        return self == .float16 ? max(step, Self.halfStep) : step
    }

    private var droppedBits: Int {
        switch self {
        case .bfloat16: 16
        case .float16: 13
        case .float32: 0
        }
    }

    /// Below this float16 has steps of one size.
    private static let smallestHalf: Float = 0x1p-14
    private static let halfStep: Float = 0x1p-24
}
