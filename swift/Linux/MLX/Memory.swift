import CMLX
import Synchronization

/// MLX's allocator, which keeps freed buffers for the next op that needs one of that size. That for
/// the processor keeps none, but here what kernels computed is kept (`graph/kept_buffers.h`), once
/// a limit is set.
public enum Memory {
    private static let limit = Mutex<Int?>(nil)
    private static let clearedCount = Mutex(0)

    /// Most bytes of freed buffers that are kept; at first as many as `memoryLimit`.
    public static var cacheLimit: Int {
        get { limit.withLock { $0 } ?? memoryLimit }
        set {
            limit.withLock { $0 = newValue }
            cmlx_set_cache_limit(newValue)
        }
    }

    /// Bytes in use from which MLX waits for work that is under way before it allocates more.
    public static var memoryLimit: Int {
        cmlx_memory_limit()
    }

    /// Gives freed buffers back to the system.
    public static func clearCache() {
        clearedCount.withLock { $0 += 1 }
        if cmlx_clear_cache() != 0 { reportFailure() }
    }

    /// How often `clearCache` was called, for tests.
    package static var timesCleared: Int {
        clearedCount.withLock { $0 }
    }
}
