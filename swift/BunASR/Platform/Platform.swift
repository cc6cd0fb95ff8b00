// This folder: what differs between platforms, and the edge to MLX.
#if os(Linux)
    import CMLX
#endif

/// What differs between the two platforms outside of the manifest and `Precision`.
package enum Platform {
    /// What computes: the CPU kernel table, or Metal. Nil: see `problem`.
    package static func kernels() -> String? {
        #if os(Linux)
            cmlx_kernels().map { String(cString: $0) }
        #else
            "metal"
        #endif
    }

    /// Threads that compute from now on, in the whole process; nil: all cores. Metal has no such
    /// number.
    static func setThreads(_ count: Int?) {
        #if os(Linux)
            cmlx_set_threads(count ?? 0)
        #endif
    }

    /// Nil where the graphics processor computes.
    static var threads: Int? {
        #if os(Linux)
            Int(cmlx_threads())
        #else
            nil
        #endif
    }

    /// Multiplications after which whoever else wants the thread has a turn: on two cores of a
    /// processor about 50 ms of work. Metal computes ten times as fast, and each time that it is
    /// waited for costs it something.
    static var operationsInSlice: Int {
        #if os(Linux)
            8_000_000_000
        #else
            80_000_000_000
        #endif
    }

    /// Why `kernels` is nil.
    package static func problem() -> String {
        #if os(Linux)
            String(cString: cmlx_error())
        #else
            "Metal is not available"
        #endif
    }
}
