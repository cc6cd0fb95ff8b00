// This folder: the command-line tool for Apple silicon, which needs no Bun.
import ArgumentParser
import BoundaryDriver
import Foundation

/// Runs a recording through the C boundary without Bun and prints token ids, and the time of each
/// stage to standard error.
@main
struct BunASRNative: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bun-asr-native",
        abstract: "Transcribe to token ids, with stage times.",
        discussion: """
            Make the samples with: ffmpeg -i talk.mp3 -f f32le -ac 1 -ar 16000 talk.f32
            Make the prompt with: ./bunw run inspect --audio talk.mp3 --dump stages
            """)

    @Option(help: "Checkpoint folder.")
    var model: String

    @Option(help: "Raw float32 little-endian PCM, mono, 16 kHz.")
    var pcm: String

    @Option(help: "The prompt of this recording, as `inspect` writes it: input_ids.npy.")
    var prompt: String

    @Option(help: "At most so many tokens.")
    var maxTokens = 512

    @Flag(help: "Compute every activation in float32.")
    var full = false

    func run() throws {
        let run = try RecordingRun(
            model: model, options: full ? #"{"precision":"full"}"# : "{}",
            samples: rawSamples(contentsOf: URL(filePath: pcm)),
            prompt: Npy(contentsOf: URL(filePath: prompt)).values, maxTokens: maxTokens)
        print(run.tokens.map(String.init).joined(separator: " "))
        FileHandle.standardError.write(Data((run.report + "\n").utf8))
    }
}
