/// A failure that the caller can act on; it crosses the boundary as JSON (`asr_error()`).
package struct ASRError: Error, Encodable {
    package enum Code: String, Encodable {
        /// The checkpoint is missing or bad.
        case model
        /// The audio or the token ids are bad.
        case input
        /// A bad option, or calls in the wrong order.
        case usage
        /// MLX or the platform failed.
        case native
    }

    package let code: Code
    package let message: String

    static func model(_ message: String) -> ASRError { ASRError(code: .model, message: message) }
    static func input(_ message: String) -> ASRError { ASRError(code: .input, message: message) }
    static func usage(_ message: String) -> ASRError { ASRError(code: .usage, message: message) }
    static func native(_ message: String) -> ASRError { ASRError(code: .native, message: message) }
}
