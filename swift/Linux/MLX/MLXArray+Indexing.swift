import CMLX

/// What may stand in a subscript: ranges, of which BunASR uses these forms.
public protocol MLXArrayIndex {
    /// Start and end along an axis of `length`.
    func bounds(_ length: Int) -> (Int, Int)
}

extension Range<Int>: MLXArrayIndex {
    public func bounds(_ length: Int) -> (Int, Int) { (lowerBound, upperBound) }
}

extension PartialRangeUpTo<Int>: MLXArrayIndex {
    public func bounds(_ length: Int) -> (Int, Int) { (0, upperBound) }
}

extension PartialRangeFrom<Int>: MLXArrayIndex {
    public func bounds(_ length: Int) -> (Int, Int) { (lowerBound, length) }
}

extension MLXArray {
    /// A view of a range along each leading axis. Assigning writes there: in place when nothing
    /// else holds the values, else on a copy.
    public subscript(indices: any MLXArrayIndex...) -> MLXArray {
        get {
            let (start, stop) = bounds(indices)
            return MLXArray(cmlx_slice(ctx, start, stop, start.count))
        }
        set {
            let (start, stop) = bounds(indices)
            replace(cmlx_slice_update(ctx, newValue.ctx, start, stop, start.count))
        }
    }

    private func bounds(_ indices: [any MLXArrayIndex]) -> (start: [Int32], stop: [Int32]) {
        let count = ndim
        var start = [Int32](repeating: 0, count: count)
        var stop = (0..<count).map { cmlx_dimension(ctx, $0) }
        for (axis, index) in indices.enumerated() {
            let (low, high) = index.bounds(Int(stop[axis]))
            (start[axis], stop[axis]) = (Int32(low), Int32(high))
        }
        return (start, stop)
    }
}
