import CBunASR
import MLX

// This folder: the boundary, with the handles, options and errors that cross it.
//
// The C functions of bun_asr.h, where they are documented; the compiler compares the two. No logic
// here: find the object, call it, turn a failure into the thread's error text.

/// Runs `body` with MLX's failures caught, too; a failure becomes the thread's error text and
/// `failure`.
private func guarded<Result>(_ failure: Result, _ body: () throws -> Result) -> Result {
    bun_asr_set_error_text(nil)
    do {
        return try throwingFirstFailure(body)
    } catch {
        let reported =
            switch error {
            case let error as ASRError: error
            case MLXError.caught(let message): ASRError.native("MLX: \(message)")
            default: ASRError.native("\(error)")
            }
        bun_asr_set_error_text(
            (try? JSONText(reported).text) ?? #"{"code":"native","message":"unknown"}"#)
        return failure
    }
}

extension Session.Chosen {
    /// As the C functions return it.
    fileprivate var code: Int64 {
        switch self {
        case .token(let id): Int64(id)
        case .end: Int64(ASR_END)
        }
    }
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
}

/// A caller's bytes as whole elements.
private func elements<T>(_ pointer: UnsafeRawPointer?, _ bytes: UInt64, of type: T.Type) throws
    -> UnsafeBufferPointer<T>
{
    let size = MemoryLayout<T>.stride
    guard let count = Int(exactly: bytes), count % size == 0 else {
        throw ASRError.usage(
            "the buffer of \(bytes) bytes does not hold whole values of \(size) bytes")
    }
    return UnsafeBufferPointer(
        start: pointer?.assumingMemoryBound(to: type), count: pointer == nil ? 0 : count / size)
}

/// Fills the start of a caller's buffer; gives the bytes that were written.
private func copy<T>(
    _ values: [T], of name: String, to out: UnsafeMutableRawPointer?, _ length: UInt64
) throws -> Int64 {
    try values.withUnsafeBytes { bytes in
        guard let out, UInt64(bytes.count) <= length, let source = bytes.baseAddress else {
            throw ASRError.usage(
                "\(name) takes \(bytes.count) bytes, the buffer has \(length)")
        }
        out.copyMemory(from: source, byteCount: bytes.count)
        return Int64(bytes.count)
    }
}

@c @implementation
public func asr_abi() -> UInt32 {
    UInt32(ASR_ABI)
}

@c @implementation
public func asr_error() -> UnsafePointer<CChar>! {
    bun_asr_error_text()
}

/// Made once, at the first call, and never changed.
nonisolated(unsafe) private let platform = Result {
    CString(try JSONText(Platform.Description()).text)
}

@c @implementation
public func asr_platform() -> UnsafePointer<CChar>! {
    guarded(nil) { try platform.get().pointer }
}

@c @implementation
public func asr_model_open(
    _ directory: UnsafePointer<CChar>!, _ options: UnsafePointer<CChar>!
) -> OpaquePointer! {
    guarded(nil) {
        Handles.shared.add(try Model(directory: text(directory), options: .parse(text(options))))
    }
}

@c @implementation
public func asr_model_info(_ model: OpaquePointer!) -> UnsafePointer<CChar>! {
    guarded(nil) { try Handles.shared.info(model) }
}

@c @implementation
public func asr_model_inputs(
    _ model: OpaquePointer!, _ module: UnsafePointer<CChar>!, _ out: UnsafeMutableRawPointer!,
    _ out_length: UInt64
) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        let name = text(module)
        return try copy(Handles.shared.model(model).inputs(of: name), of: name, to: out, out_length)
    }
}

@c @implementation
public func asr_model_close(_ model: OpaquePointer!) {
    guarded(()) { Handles.shared.closeModel(model) }
}

@c @implementation
public func asr_convert(
    _ values: UnsafeRawPointer!, _ values_length: UInt64, _ options: UnsafePointer<CChar>!,
    _ out: UnsafeMutableRawPointer!, _ out_length: UInt64
) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        let conversion = try TensorConversion.parse(text(options))
        let input = try elements(values, values_length, of: UInt8.self)
        let output = UnsafeMutableRawBufferPointer(
            start: out, count: out == nil ? 0 : Int(clamping: out_length))
        return Int64(try conversion.convert(UnsafeRawBufferPointer(input), into: output))
    }
}

@c @implementation
public func asr_session_open(_ model: OpaquePointer!, _ options: UnsafePointer<CChar>!)
    -> OpaquePointer!
{
    guarded(nil) {
        let session = try Session(Handles.shared.model(model), .parse(text(options)))
        return Handles.shared.add(session, of: model)
    }
}

@c @implementation
public func asr_session_close(_ session: OpaquePointer!) {
    guarded(()) { Handles.shared.closeSession(session) }
}

@c @implementation
public func asr_session_mel(
    _ session: OpaquePointer!, _ pcm: UnsafeRawPointer!, _ pcm_length: UInt64
) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        Int64(try Handles.shared.session(session).mel(elements(pcm, pcm_length, of: Float.self)))
    }
}

@c @implementation
public func asr_session_encode(_ session: OpaquePointer!, _ keep: Int64) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        Int64(try Handles.shared.session(session).encode(keep: Int(keep)))
    }
}

@c @implementation
public func asr_session_prefill(
    _ session: OpaquePointer!, _ ids: UnsafeRawPointer!, _ ids_length: UInt64,
    _ draft: UnsafeRawPointer!, _ draft_length: UInt64
) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        let ids = try elements(ids, ids_length, of: Int32.self)
        let draft = try elements(draft, draft_length, of: Int32.self)
        return Int64(try Handles.shared.session(session).prefill(ids, draft: draft))
    }
}

@c @implementation
public func asr_session_work(_ session: OpaquePointer!) -> Int64 {
    guarded(Int64(ASR_FAILED)) { Int64(try Handles.shared.session(session).doWork()) }
}

@c @implementation
public func asr_session_slots(
    _ session: OpaquePointer!, _ out: UnsafeMutableRawPointer!, _ out_length: UInt64
) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        let classes = try Handles.shared.session(session).slotClasses()
        if out_length > 0 { _ = try copy(classes, of: "slots", to: out, out_length) }
        return Int64(classes.count)
    }
}

@c @implementation
public func asr_session_next(_ session: OpaquePointer!) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        try Handles.shared.session(session).next().code
    }
}

@c @implementation
public func asr_model_step(
    _ model: OpaquePointer!, _ sessions: UnsafeRawPointer!, _ sessions_length: UInt64
) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        let model = try Handles.shared.model(model)
        let handles = try elements(sessions, sessions_length, of: UInt64.self)
        let sessions = try handles.map {
            try Handles.shared.session(OpaquePointer(bitPattern: UInt($0)))
        }
        try model.step(sessions)
        return Int64(sessions.count { !$0.hasEnded })
    }
}

@c @implementation
public func asr_session_token(_ session: OpaquePointer!) -> Int64 {
    guarded(Int64(ASR_FAILED)) { try Handles.shared.session(session).lastChosen.code }
}

@c @implementation
public func asr_session_logprob(_ session: OpaquePointer!) -> Double {
    guarded(.nan) { try Handles.shared.session(session).logprob }
}

@c @implementation
public func asr_session_bias(
    _ session: OpaquePointer!, _ ids: UnsafeRawPointer!, _ ids_length: UInt64,
    _ bonuses: UnsafeRawPointer!, _ bonuses_length: UInt64, _ only: Int32
) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        let ids = try elements(ids, ids_length, of: Int32.self)
        try Handles.shared.session(session)
            .setBias(
                ids: ids, bonuses: elements(bonuses, bonuses_length, of: Float.self),
                only: only != 0)
        return Int64(ids.count)
    }
}

@c @implementation
public func asr_session_rewind(_ session: OpaquePointer!, _ position: Int64) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        try Handles.shared.session(session).rewind(to: Int(position))
        return position
    }
}

@c @implementation
public func asr_session_read(
    _ session: OpaquePointer!, _ stage: UnsafePointer<CChar>!, _ out: UnsafeMutableRawPointer!,
    _ out_length: UInt64
) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        guard let name = Session.Stage(rawValue: text(stage)) else {
            throw ASRError.usage("there is no stage \(text(stage))")
        }
        let values = try Handles.shared.session(session).read(name)
        return try copy(values, of: name.rawValue, to: out, out_length)
    }
}

@c @implementation
public func asr_session_alignment(
    _ session: OpaquePointer!, _ head: Int64, _ from: Int64, _ out: UnsafeMutableRawPointer!,
    _ out_length: UInt64
) -> Int64 {
    guarded(Int64(ASR_FAILED)) {
        let room = UnsafeMutableBufferPointer(
            mutating: try elements(out.map { UnsafeRawPointer($0) }, out_length, of: Float.self))
        let values = try Handles.shared.session(session)
            .alignment(head: Int(head), from: Int(from), into: room)
        return Int64(values * MemoryLayout<Float>.stride)
    }
}

@c @implementation
public func asr_session_report(_ session: OpaquePointer!) -> UnsafePointer<CChar>! {
    guarded(nil) {
        let session = try Handles.shared.session(session)
        let text = CString(try JSONText(session.makeReport()).text)
        session.reportText = text
        return text.pointer
    }
}
