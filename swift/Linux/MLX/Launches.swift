import Synchronization

/// The work that `asyncEval` began and nobody has waited for yet. Here it is done by then; with MLX
/// Swift it may be under way, and a process that ends crashes. So tests ask for it.
///
/// Work is done in the order in which it was begun, as in a stream of MLX.
package enum Launches {
    package typealias Number = Int

    private static let count = Mutex((begun: 0, finished: 0))

    package static var inFlight: Int {
        count.withLock { $0.begun - $0.finished }
    }

    static func begin() -> Number {
        count.withLock { count in
            count.begun += 1
            return count.begun
        }
    }

    /// Somebody has waited for what launch `number` computes.
    static func finish(through number: Number) {
        count.withLock { $0.finished = max($0.finished, number) }
    }

    static func finishAll() {
        count.withLock { $0.finished = $0.begun }
    }
}
