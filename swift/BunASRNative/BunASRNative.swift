import ArgumentParser
import CBunASR
import Foundation

/// Runs a recording through the C boundary without Bun and prints token ids and the time of each
/// stage.
@main
struct BunASRNative: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bun-asr-native",
        abstract: "Transcribe to token ids, with stage times.",
        discussion: "Make the input with: ffmpeg -i talk.mp3 -f f32le -ac 1 -ar 16000 talk.f32")

    @Option(help: "Checkpoint folder.")
    var model: String

    @Option(help: "Raw float32 little-endian PCM, mono, 16 kHz.")
    var pcm: String

    @Option(help: "At most so many tokens.")
    var maxTokens = 512

    @Flag(help: "Compute every activation in float32.")
    var full = false

    func run() throws {
        let handle = try Self.opened(asr_model_open(model, full ? #"{"precision":"full"}"# : "{}"))
        defer { asr_model_close(handle) }
        let session = try Self.opened(asr_session_open(handle, "{}"))
        defer { asr_session_close(session) }

        let samples = try Data(contentsOf: URL(filePath: pcm))
        _ = try Self.counted(
            samples.withUnsafeBytes { asr_session_mel(session, $0.baseAddress, UInt64($0.count)) })
        let audioTokens = try Self.counted(asr_session_encode(session))
        let prompt = try Prompt(directory: URL(filePath: model)).ids(audioTokens: Int(audioTokens))
        _ = try Self.counted(
            prompt.withUnsafeBytes {
                asr_session_prefill(session, $0.baseAddress, UInt64($0.count))
            })

        var tokens: [Int64] = []
        while tokens.count < maxTokens {
            let token = asr_session_next(session)
            if token == Int64(ASR_END) { break }
            tokens.append(try Self.counted(token))
        }
        print(tokens.map(String.init).joined(separator: " "))
        if let report = asr_session_report(session) {
            FileHandle.standardError.write(Data((String(cString: report) + "\n").utf8))
        }
    }

    private static func opened(_ handle: OpaquePointer?) throws -> OpaquePointer {
        guard let handle else { throw failure() }
        return handle
    }

    private static func counted(_ count: Int64) throws -> Int64 {
        guard count >= 0 else { throw failure() }
        return count
    }

    private static func failure() -> ValidationError {
        ValidationError(asr_error().map { String(cString: $0) } ?? "unknown failure")
    }
}

/// The prompt of the official chat template without context, from the checkpoint's own vocabulary.
private struct Prompt {
    private let vocabulary: [String: Int32]
    private let special: [String: Int32]

    init(directory: URL) throws {
        struct TokenizerConfig: Decodable {
            struct Added: Decodable { let content: String }
            let added_tokens_decoder: [String: Added]
        }
        let decoder = JSONDecoder()
        vocabulary = try decoder.decode(
            [String: Int32].self, from: Data(contentsOf: directory.appending(path: "vocab.json")))
        let added =
            try decoder.decode(
                TokenizerConfig.self,
                from: Data(contentsOf: directory.appending(path: "tokenizer_config.json"))
            )
            .added_tokens_decoder
        special = Dictionary(
            uniqueKeysWithValues: added.compactMap { id, token in
                Int32(id).map { (token.content, $0) }
            })
    }

    func ids(audioTokens: Int) throws -> [Int32] {
        func id(_ token: String) throws -> Int32 {
            // U+010A stands for the newline in byte-level vocabularies.
            guard let id = special[token] ?? vocabulary[token == "\n" ? "\u{010A}" : token] else {
                throw ValidationError("the vocabulary has no \(token)")
            }
            return id
        }
        let before = [
            "<|im_start|>", "system", "\n", "<|im_end|>", "\n", "<|im_start|>", "user", "\n",
            "<|audio_start|>",
        ]
        let after = ["<|audio_end|>", "<|im_end|>", "\n", "<|im_start|>", "assistant", "\n"]
        return try before.map(id) + Array(repeating: id("<|audio_pad|>"), count: audioTokens)
            + after.map(id)
    }
}
