import MLX

/// The pool of freed buffers, MLX's own or that of the CPU kernels. It keeps them for the next op
/// that needs one of that size, without a bound of its own short of the whole memory.
package enum BufferPool {
    /// Part of MLX's memory limit that the pool may hold by default. That limit is one and a half
    /// times what Metal recommends as a working set, so on a machine of 16 GB the pool holds about
    /// 1 GB: more than the intermediate results of a 30 s chunk, less than the weights of the
    /// larger models.
    package static let defaultShare = 16

    /// Audio after which the pool is emptied, once no session is open: short recordings in a row
    /// find their buffers again.
    package static let framesBetweenClears =
        60 * AudioPreprocessing.sampleRate / AudioPreprocessing.hopLength

    /// Most bytes that the pool keeps from now on, in the whole process; nil: the default.
    static func setLimit(_ bytes: Int?) throws {
        if let bytes, bytes < 0 {
            throw ASRError.usage("bufferCacheBytes is \(bytes), expected 0 or more")
        }
        Memory.cacheLimit = bytes ?? Memory.memoryLimit / defaultShare
    }

    /// Memory for values to come; what it holds until then is not to be read.
    static func unset(_ shape: [Int], dtype: DType) -> MLXArray {
        #if os(Linux)
            MLXArray.unset(shape, dtype: dtype)
        #else
            MLXArray.zeros(shape, dtype: dtype)
        #endif
    }
}
