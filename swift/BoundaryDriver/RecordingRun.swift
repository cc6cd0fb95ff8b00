// This folder: drives the C boundary from Swift, without Bun, for the command-line tool and the
// tests.
import CBunASR
import Foundation

/// A recording on its way through the whole boundary: open, mel, encode, prefill, steps, report.
public struct RecordingRun: Sendable {
    /// What the boundary said when a call failed.
    public struct Failure: Error, CustomStringConvertible {
        /// JSON, see `asr_error`.
        public let description: String
    }

    /// The tokens that were chosen, the end token left out.
    public let tokens: [Int32]
    /// JSON of `asr_session_report`.
    public let report: String

    /// - Parameters:
    ///   - model: folder of a checkpoint
    ///   - options: JSON for `asr_model_open`
    ///   - sessionOptions: JSON for `asr_session_open`
    ///   - samples: mono, 16 kHz
    ///   - prompt: token ids, with an audio pad for each audio embedding of the recording
    ///   - maxTokens: steps end here at the latest
    public init(
        model: String, options: String = "{}", sessionOptions: String = "{}", samples: [Float],
        prompt: [Int32], maxTokens: Int
    ) throws {
        let handle = try Self.opened(asr_model_open(model, options))
        defer { asr_model_close(handle) }
        let session = try Self.opened(asr_session_open(handle, sessionOptions))
        defer { asr_session_close(session) }

        try samples.withUnsafeBytes {
            _ = try Self.counted(asr_session_mel(session, $0.baseAddress, UInt64($0.count)))
        }
        try Self.finish(session)
        _ = try Self.counted(asr_session_encode(session, 0))
        try Self.finish(session)
        try prompt.withUnsafeBytes {
            _ = try Self.counted(
                asr_session_prefill(session, $0.baseAddress, UInt64($0.count), nil, 0))
        }
        try Self.finish(session)
        var tokens: [Int32] = []
        while tokens.count < maxTokens {
            let token = asr_session_next(session)
            if token == Int64(ASR_END) { break }
            tokens.append(Int32(try Self.counted(token)))
        }
        guard let report = asr_session_report(session) else { throw Self.failure() }
        (self.tokens, self.report) = (tokens, String(cString: report))
    }

    /// Does the stage that was begun slice by slice, as callers with other things to do would.
    private static func finish(_ session: OpaquePointer) throws {
        while try counted(asr_session_work(session)) > 0 {}
    }

    private static func opened(_ handle: OpaquePointer?) throws -> OpaquePointer {
        guard let handle else { throw failure() }
        return handle
    }

    private static func counted(_ count: Int64) throws -> Int64 {
        guard count >= 0 else { throw failure() }
        return count
    }

    private static func failure() -> Failure {
        Failure(description: asr_error().map { String(cString: $0) } ?? "unknown failure")
    }
}
