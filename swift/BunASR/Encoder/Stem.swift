import MLX

/// What the stem gave for some chunks of a mel in a row. Chunks do not see each other, so what it
/// gave for one that has not changed need not be computed again when the recording has grown.
struct StemPart {
    /// Where its first chunk begins in the mel.
    let frame: Int
    /// [chunks, positions, dModel]
    let rows: MLXArray

    var chunks: Int { rows.dim(0) }

    /// Of parts that follow each other the chunks from the frame `start` on, as far as they lie
    /// within the first `frames` of the mel.
    static func kept(of parts: [StemPart], from start: Int, within frames: Int, chunkFrames: Int)
        -> [StemPart]
    {
        var kept: [StemPart] = []
        var next = start
        for part in parts where part.frame <= next {
            let skipped = (next - part.frame) / chunkFrames
            let count = min(part.chunks - skipped, (frames - next) / chunkFrames)
            guard count > 0 else { continue }
            kept.append(StemPart(frame: next, rows: part.rows[skipped..<skipped + count]))
            next += count * chunkFrames
        }
        return kept
    }
}
