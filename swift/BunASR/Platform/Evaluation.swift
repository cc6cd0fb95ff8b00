import MLX
import Synchronization

// The edge to MLX: the model evaluates and reads arrays through these functions alone. After a
// failed operation MLX Swift hands out arrays without values, and reading one follows a dead
// pointer; so a failure is asked for and thrown before anything is read.

/// Throws what failed in MLX first while `body` ran: it is the cause of what followed, and of what
/// `body` throws.
func throwingFirstFailure<Result>(_ body: () throws -> Result) throws -> Result {
    try withError { failures in
        do {
            return try body()
        } catch {
            try failures.check()
            throw error
        }
    }
}

/// Evaluates `arrays` and waits for them. Throws what MLX failed with.
func evaluate(_ arrays: [MLXArray]) throws {
    try withError { eval(arrays) }
}

/// Begins to evaluate `arrays` and waits for nothing. Whoever starts work also calls
/// `finishEvaluation` in the end.
func startEvaluation(of arrays: [MLXArray]) throws {
    try withError { asyncEval(arrays) }
    waitAtExit()
}

/// Waits until nothing is being computed any more: MLX crashes when a process ends, and its static
/// objects go, while its threads compute.
func finishEvaluation() {
    // What was computed for nobody may have failed, too.
    try? withError { StreamOrDevice.default.stream.synchronize() }
}

/// Lets the process wait for what is being computed when it ends without closing sessions. MLX has
/// evaluated by then: what is registered later runs earlier, and so before the objects go that MLX
/// makes when it first evaluates.
private func waitAtExit() {
    isWaitedForAtExit.withLock { isRegistered in
        if !isRegistered { isRegistered = atexit { finishEvaluation() } == 0 }
    }
}

private let isWaitedForAtExit = Mutex(false)

extension MLXArray {
    /// The values, row-major. Throws what MLX failed with.
    package func values<T: HasDType>(_ type: T.Type) throws -> [T] {
        let typed = try withError { dtype == T.dtype ? self : asType(T.dtype) }
        try evaluate([typed])
        return typed.asArray(type)
    }
}

/// Values of an array that are read once, when they are first asked for.
final class Reading<T: HasDType> {
    let array: MLXArray
    private var read: [T]?

    init(_ array: MLXArray) {
        self.array = array
    }

    func values() throws -> [T] {
        if let read { return read }
        let values = try array.values(T.self)
        read = values
        return values
    }
}
