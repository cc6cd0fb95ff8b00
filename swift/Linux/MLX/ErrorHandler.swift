import CMLX
import Synchronization

/// A failure inside MLX.
public enum MLXError: Error, Sendable, Equatable {
    case caught(String)
}

/// The first failure inside a `withError` scope.
public final class ErrorBox: Sendable {
    private let first = Mutex<MLXError?>(nil)

    public var firstError: (any Error)? {
        first.withLock { $0 }
    }

    /// Throws the first failure, if there was one.
    public func check() throws {
        if let firstError { throw firstError }
    }

    fileprivate func record(_ message: String) {
        first.withLock { first in
            if first == nil { first = .caught(message) }
        }
    }
}

private enum Scopes {
    @TaskLocal static var current: ErrorBox?
}

/// Runs `body` and throws the first failure of the MLX ops in it. Ops themselves do not throw: a
/// failed one gives an array without values. Outside of such a scope a failure ends the process, as
/// in MLX Swift. Scopes may lie in each other; a failure belongs to the innermost.
public func withError<R>(_ body: () throws -> R) throws -> R {
    try withError { (_: ErrorBox) in try body() }
}

/// The same; `body` may ask for the failure before its end.
public func withError<R>(_ body: (ErrorBox) throws -> R) throws -> R {
    let failures = ErrorBox()
    let result = try Scopes.$current.withValue(failures) { try body(failures) }
    try failures.check()
    return result
}

/// Gives the failure that `cmlx_error()` describes to the innermost `withError`.
func reportFailure() {
    reportFailure(String(cString: cmlx_error()))
}

func reportFailure(_ message: String) {
    guard let scope = Scopes.current else { fatalError(message) }
    scope.record(message)
}
