#if os(Linux)
    import Accelerate
    import CMLX
#endif

extension Platform {
    /// What `asr_platform` tells.
    package struct Description: Encodable {
        /// MLX, or MLX Swift, whose version `Package.swift` fixes.
        package let mlx: String
        package let blas: String?
        package let blasCore: String?
        package let kernels: String?
        package let problem: String?
        package let tables: [String]
        package let threads: Int?
        package let cores: Int?

        package init() {
            kernels = Platform.kernels()
            problem = kernels == nil ? Platform.problem() : nil
            threads = Platform.threads
            #if os(Linux)
                mlx = String(cString: cmlx_version())
                blas = String(cString: accelerate_config())
                blasCore = String(cString: accelerate_core())
                tables = sequence(first: 0) { $0 + 1 }
                    .lazy.map { cmlx_kernel_table($0) }
                    .prefix { $0 != nil }
                    .map { String(cString: $0!) }
                cores = Int(cmlx_cores())
            #else
                mlx = "MLX Swift 0.31.4"
                blas = nil
                blasCore = nil
                tables = ["metal"]
                cores = nil
            #endif
        }
    }
}
