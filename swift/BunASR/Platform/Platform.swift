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

    /// For the weights that are loaded next: whether their products may be rounded.
    static func prepare(for precision: Precision.Name) {
        #if os(Linux)
            cmlx_set_arithmetic(precision == .full ? CMLX_FULL : CMLX_FAST)
        #endif
    }

    /// Loads weights whose results are sensitive to the rounding of what they are multiplied with.
    static func sensitive<Weights>(_ load: () throws -> Weights) rethrows -> Weights {
        #if os(Linux)
            let before = cmlx_current_arithmetic()
            if before == CMLX_FAST { cmlx_set_arithmetic(CMLX_FINE) }
            defer { cmlx_set_arithmetic(before) }
        #endif
        return try load()
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
