import MLX
import Synchronization

/// The objects that callers hold, by number: a closed or invented handle is an error, not a crash.
///
/// Unchecked because the objects belong to the thread that opened them; only the tables are shared,
/// under `lock`.
final class Handles: @unchecked Sendable {
    static let shared = Handles()

    private struct OpenSession {
        let session: Session
        let model: UInt
    }

    private struct OpenModel {
        let model: Model
        let info: CString
    }

    private let lock = Mutex(())
    private var last: UInt = 0
    private var models: [UInt: OpenModel] = [:]
    private var sessions: [UInt: OpenSession] = [:]
    /// Of the sessions that were closed since MLX's pool of buffers was emptied.
    private var framesInPool = 0

    func add(_ model: Model) -> OpaquePointer? {
        lock.withLock { _ in
            last += 1
            models[last] = OpenModel(model: model, info: CString(model.info))
            return OpaquePointer(bitPattern: last)
        }
    }

    func add(_ session: Session, of model: OpaquePointer?) -> OpaquePointer? {
        lock.withLock { _ in
            last += 1
            sessions[last] = OpenSession(session: session, model: UInt(bitPattern: model))
            return OpaquePointer(bitPattern: last)
        }
    }

    func model(_ handle: OpaquePointer?) throws -> Model {
        try find(handle, in: models, "model").model
    }

    /// Text that lives until the model is closed.
    func info(_ handle: OpaquePointer?) throws -> UnsafePointer<CChar> {
        try find(handle, in: models, "model").info.pointer
    }

    func session(_ handle: OpaquePointer?) throws -> Session {
        try find(handle, in: sessions, "session").session
    }

    private func find<T>(
        _ handle: OpaquePointer?, in table: @autoclosure () -> [UInt: T], _ kind: String
    ) throws -> T {
        guard let found = lock.withLock({ _ in table()[UInt(bitPattern: handle)] }) else {
            throw ASRError.usage("this \(kind) is not open")
        }
        return found
    }

    /// The model and its sessions; what is not open is left alone.
    func closeModel(_ handle: OpaquePointer?) {
        if freeModel(UInt(bitPattern: handle)) { Memory.clearCache() }
    }

    func closeSession(_ handle: OpaquePointer?) {
        if freeSession(UInt(bitPattern: handle)) { Memory.clearCache() }
    }

    /// True when the pool of buffers now holds what was the model's.
    private func freeModel(_ id: UInt) -> Bool {
        let closed = lock.withLock { _ in
            let children = sessions.filter { $0.value.model == id }
            sessions = sessions.filter { $0.value.model != id }
            return (children, models.removeValue(forKey: id))
        }
        // Freed outside of the lock.
        return withExtendedLifetime(closed) { closed.1 != nil }
    }

    /// True when the pool of buffers is due to be emptied, see `BufferPool`.
    private func freeSession(_ id: UInt) -> Bool {
        let (closed, isDue) = lock.withLock { _ in
            let closed = sessions.removeValue(forKey: id)
            framesInPool += closed?.session.report.frames ?? 0
            let isDue = sessions.isEmpty && framesInPool >= BufferPool.framesBetweenClears
            if isDue { framesInPool = 0 }
            return (closed, isDue)
        }
        return withExtendedLifetime(closed) { isDue }
    }
}
