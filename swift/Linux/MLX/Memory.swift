import CMLX

/// What MLX's allocator holds, in bytes.
public enum Memory {
    public static var activeMemory: Int { read().active }
    public static var cacheMemory: Int { read().cached }
    public static var peakMemory: Int { read().peak }

    /// Gives freed buffers back to the system.
    public static func clearCache() {
        if cmlx_clear_cache() != 0 { reportFailure() }
    }

    private static func read() -> (active: Int, cached: Int, peak: Int) {
        var (active, cached, peak) = (0, 0, 0)
        if cmlx_memory(&active, &cached, &peak) != 0 { reportFailure() }
        return (active, cached, peak)
    }
}
