import CMLX

/// MLX's allocator.
public enum Memory {
    /// Gives freed buffers back to the system.
    public static func clearCache() {
        if cmlx_clear_cache() != 0 { reportFailure() }
    }
}
