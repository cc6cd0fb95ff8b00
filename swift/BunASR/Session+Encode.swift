import MLX

// Log-mel to audio embeddings, of a recording that may have grown since the last time.
extension Session {
    /// What an encode gave, and of what.
    struct Encoded {
        /// [128, T]
        let mel: [Float]
        let frames: Int
        let embeddings: MLXArray
        /// Of the last window.
        let stem: [StemPart]
    }

    /// Begins log-mel → audio embeddings, the first `keep` of them from the encode before; gives
    /// their number.
    func encode(keep: Int) throws -> Int {
        try finishWork()
        guard !mel.isEmpty else { throw ASRError.usage("encode comes after mel") }
        let start = try frames(keeping: keep)
        let unchanged = unchangedFrames(from: start)
        try begin(\.encodeMs) {
            let input = MLXArray(mel, [AudioPreprocessing.mels, report.frames])
            let kept = keep > 0 ? encoded?.embeddings[0..<keep] : nil
            return .encode(
                model.encoder.encoding(
                    input, from: start, keeping: encoded?.stem ?? [], within: unchanged,
                    model.sliceBudget),
                kept: kept)
        }
        return model.config.audio.tokens(frames: report.frames)
    }

    /// Where the first `keep` embeddings end: in the mel and in what was encoded before.
    private func frames(keeping keep: Int) throws -> Int {
        let audio = model.config.audio
        guard keep >= 0, keep % audio.windowTokens == 0 else {
            throw ASRError.usage(
                "encode keeps whole windows of \(audio.windowTokens) embeddings, not \(keep)")
        }
        let frames = keep / audio.windowTokens * audio.nWindowInfer
        let before = encoded?.frames ?? 0
        guard frames <= min(before, report.frames) else {
            throw ASRError.usage(
                "encode cannot keep \(keep) embeddings: they are of \(frames) frames, and "
                    + (frames > before
                        ? "\(before) frames were encoded" : "the mel has \(report.frames)"))
        }
        return frames
    }

    /// Where the frames from `start` on cease to be those of the encode before, to the bit: at the
    /// end of its audio, and where a louder maximum has raised the floor.
    private func unchangedFrames(from start: Int) -> Int {
        guard let encoded else { return 0 }
        var end = min(encoded.frames, report.frames)
        for bin in 0..<AudioPreprocessing.mels {
            let (before, now) = (bin * encoded.frames, bin * report.frames)
            end =
                (start..<max(start, end))
                .first { encoded.mel[before + $0] != mel[now + $0] } ?? end
        }
        return end
    }
}
