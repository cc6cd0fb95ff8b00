import MLX

/// One way to a result.
struct Way {
    let label: String
    /// Brings the input into the state that `run` starts from; not timed.
    let prepare: () -> Void
    /// What is timed.
    let run: () -> Void
    /// The result of the last `run`.
    let values: () -> [Float]
}

extension Way {
    /// A function of an unchanging input.
    init(_ label: String, _ compute: @escaping () -> [Float]) {
        let result = Result()
        self.init(
            label: label, prepare: {}, run: { result.values = compute() },
            values: { result.values })
    }

    /// A function that works in place, on a copy of `input`.
    init(_ label: String, inPlace input: [Float], _ change: @escaping (inout [Float]) -> Void) {
        let result = Result(input)
        let restore = {
            result.values.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: input) }
        }
        self.init(
            label: label, prepare: restore, run: { change(&result.values) },
            values: { result.values })
    }

    /// A lazy op, as often as the model's layers repeat it before they are evaluated together.
    init(_ label: String, repetitions: Int, _ compute: @escaping () -> MLXArray) {
        self.init(
            label: label, prepare: {},
            run: { eval((0..<repetitions).map { _ in compute() }) },
            values: { compute().asType(.float32).asArray(Float.self) })
    }
}

private final class Result {
    var values: [Float]

    init(_ values: [Float] = []) {
        self.values = values
    }
}
