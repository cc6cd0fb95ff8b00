import CBunASR
import Foundation

/// A session of a golden model through the C boundary, encoded; closed when it is let go.
final class OpenSession {
    struct Failure: Error {
        let text: String
    }

    let model: OpaquePointer
    let session: OpaquePointer

    init(
        of set: String, samples: [Float], options: String = "{}", modelOptions: String = "{}"
    ) throws {
        let folder = Goldens.folder.appending(path: set).path
        model = try Self.opened(asr_model_open(folder, modelOptions))
        session = try Self.opened(asr_session_open(model, options))
        let frames = samples.withUnsafeBytes {
            asr_session_mel(session, $0.baseAddress, UInt64($0.count))
        }
        guard frames > 0, asr_session_encode(session, 0) > 0 else { throw Self.failure() }
    }

    deinit {
        asr_session_close(session)
        asr_model_close(model)
    }

    func prefill(_ ids: [Int32], draft: [Int32] = []) -> Int64 {
        ids.withUnsafeBytes { ids in
            draft.withUnsafeBytes { draft in
                asr_session_prefill(
                    session, ids.baseAddress, UInt64(ids.count), draft.baseAddress,
                    UInt64(draft.count))
            }
        }
    }

    private static func opened(_ handle: OpaquePointer?) throws -> OpaquePointer {
        guard let handle else { throw failure() }
        return handle
    }

    private static func failure() -> Failure {
        Failure(text: asr_error().map { String(cString: $0) } ?? "")
    }
}
