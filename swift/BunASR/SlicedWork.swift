/// A stage that was begun and is done in slices: each is short, so that whoever else wants the
/// thread waits for one of them, and not for the whole stage.
protocol SlicedWork: AnyObject {
    /// Slices that are still to be done.
    var slicesLeft: Int { get }

    /// Does the next one. After a failure the work cannot go on.
    func doSlice() throws
}

/// How much goes into a slice.
enum SliceBudget {
    /// The layers 0..<count, of so many multiplications each, in slices.
    static func slices(ofLayers count: Int, costing operations: Int) -> [Range<Int>] {
        let size = max(1, Platform.operationsInSlice / operations)
        return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }
}
