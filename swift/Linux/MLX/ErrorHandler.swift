import CMLX
import Synchronization

/// A failure inside MLX.
public enum MLXError: Error, Sendable, Equatable {
    case caught(String)
}

/// Collects the first failure inside a `withError` scope.
private final class ErrorScope: Sendable {
    let first = Mutex<MLXError?>(nil)
}

private enum Scopes {
    @TaskLocal static var current: ErrorScope?
}

/// Runs `body` and throws the first failure of the MLX ops in it. Ops themselves do not throw: a
/// failed one gives a placeholder. Outside of such a scope a failure ends the process, as in MLX
/// Swift.
public func withError<R>(_ body: () throws -> R) throws -> R {
    let scope = ErrorScope()
    let result = try Scopes.$current.withValue(scope) { try body() }
    if let error = scope.first.withLock({ $0 }) { throw error }
    return result
}

/// Gives the failure that `cmlx_error()` describes to the innermost `withError`.
func reportFailure() {
    let message = String(cString: cmlx_error())
    guard let scope = Scopes.current else { fatalError(message) }
    scope.first.withLock { first in
        if first == nil { first = .caught(message) }
    }
}
