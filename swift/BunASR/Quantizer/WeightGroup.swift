/// The weights that share a scale and a bias, and how much an error of each counts.
struct WeightGroup {
    private typealias Vector = SIMD4<Float>

    /// `size` values each, a multiple of 4.
    let weights: UnsafePointer<Float>
    let importance: UnsafePointer<Float>
    let size: Int
    /// The largest code.
    let maxCode: Float
    /// Σ importance, Σ importance · weight
    private let total, moment: Float
    let low, high: Float

    init(
        weights: UnsafePointer<Float>, importance: UnsafePointer<Float>, size: Int, maxCode: Float
    ) {
        self.weights = weights
        self.importance = importance
        self.size = size
        self.maxCode = maxCode
        var (total, moment) = (Vector(), Vector())
        var (low, high) = (weights[0], weights[0])
        for start in stride(from: 0, to: size, by: Vector.scalarCount) {
            let counts = Self.vector(importance, start)
            total += counts
            moment += counts * Self.vector(weights, start)
        }
        for index in 1..<size {
            low = min(low, weights[index])
            high = max(high, weights[index])
        }
        (self.total, self.moment) = (total.sum(), moment.sum())
        (self.low, self.high) = (low, high)
    }

    /// What the nearest codes of a scale and a bias give.
    struct Fit {
        /// Σ importance · (weight − (code · scale + bias))²
        let error: Float
        /// Σ importance · code, Σ importance · code², Σ importance · code · weight
        fileprivate let codes, squares, products: Float
    }

    func fit(_ pair: AffinePair) -> Fit {
        let (scale, bias) = (Vector(repeating: pair.scale), Vector(repeating: pair.bias))
        let inverse = Vector(repeating: pair.inverse)
        var (error, codes, squares, products) = (Vector(), Vector(), Vector(), Vector())
        for start in stride(from: 0, to: size, by: Vector.scalarCount) {
            let weight = Self.vector(weights, start)
            let counts = Self.vector(importance, start)
            let code = nearest(weight, bias, inverse)
            let miss = weight - (code * scale + bias)
            error += counts * (miss * miss)
            let counted = counts * code
            codes += counted
            squares += counted * code
            products += counted * weight
        }
        return Fit(
            error: error.sum(), codes: codes.sum(), squares: squares.sum(),
            products: products.sum())
    }

    /// The scale of least error for the codes of a fit, when the bias follows; nil where there is
    /// none, as for codes that are all the same.
    func bestScale(_ fit: Fit) -> Float? {
        let scale =
            (total * fit.products - fit.codes * moment)
            / (total * fit.squares - fit.codes * fit.codes)
        return scale.isFinite && scale > 0 ? scale : nil
    }

    /// The bias of least error for the codes of a fit and a scale.
    func bestBias(_ fit: Fit, scale: Float) -> Float {
        (moment - scale * fit.codes) / total
    }

    /// Writes the nearest codes, one after the other from the lowest bit on.
    func pack(_ pair: AffinePair, bits: Int, into words: UnsafeMutablePointer<UInt32>) {
        let (bias, inverse) = (Vector(repeating: pair.bias), Vector(repeating: pair.inverse))
        var (waiting, count, next) = (UInt64(0), 0, 0)
        for start in stride(from: 0, to: size, by: Vector.scalarCount) {
            let codes = nearest(Self.vector(weights, start), bias, inverse)
            for lane in 0..<Vector.scalarCount {
                waiting |= UInt64(codes[lane]) << UInt64(count)
                count += bits
                guard count >= 32 else { continue }
                words[next] = UInt32(truncatingIfNeeded: waiting)
                waiting >>= 32
                count -= 32
                next += 1
            }
        }
    }

    @inline(__always)
    private func nearest(_ weight: Vector, _ bias: Vector, _ inverse: Vector) -> Vector {
        let code = (weight - bias) * inverse
        let positive = code.replacing(with: 0, where: code .< 0)
        let limit = Vector(repeating: maxCode)
        let bounded = positive.replacing(with: limit, where: positive .> limit)
        // So large a number has no places after the point: the sum is rounded to whole numbers.
        let whole = Vector(repeating: 0x1.8p23)
        return (bounded + whole) - whole
    }

    @inline(__always)
    private static func vector(_ values: UnsafePointer<Float>, _ start: Int) -> Vector {
        UnsafeRawPointer(values + start).loadUnaligned(as: Vector.self)
    }
}

/// weight ≈ code · scale + bias
struct AffinePair {
    let scale, bias: Float

    fileprivate var inverse: Float { scale == 0 ? 0 : 1 / scale }
}
