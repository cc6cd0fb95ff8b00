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

    /// Steps in slices, each as many as go in; one at least.
    func slices<Step>(of steps: [Step], costing cost: (Step) -> Int) -> [[Step]] {
        var slices: [[Step]] = []
        var room = 0
        for step in steps {
            let cost = cost(step)
            if slices.isEmpty || cost > room {
                slices.append([])
                room = operations
            }
            slices[slices.count - 1].append(step)
            room -= cost
        }
        return slices
    }

    /// The layers 0..<count, of so many multiplications each, in slices: one layer at least.
    func slices(ofLayers count: Int, costing layer: Int) -> [Range<Int>] {
        let size = max(1, operations / layer)
        return stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }
}
