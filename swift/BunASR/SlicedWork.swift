/// A stage that was begun and is done in slices: each is short, so that whoever else wants the
/// thread waits for one of them, and not for the whole stage.
protocol SlicedWork: AnyObject {
    /// Slices that are still to be done.
    var slicesLeft: Int { get }

    /// Does the next one. After a failure the work cannot go on.
    func doSlice() throws
}

/// How much goes into a slice.
struct SliceBudget {
    /// Multiplications.
    private let operations: Int

    init(operations: Int?) throws {
        if let operations, operations < 1 {
            throw ASRError.usage("sliceOperations is \(operations), expected 1 or more")
        }
        self.operations = operations ?? Platform.operationsInSlice
    }

    /// The layers 0..<count, of so many multiplications each, in slices: one layer at least.
    func slices(ofLayers count: Int, costing layer: Int) -> [Range<Int>] {
        let size = max(1, operations / layer)
        return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }
}
