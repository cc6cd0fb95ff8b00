import MLX

/// What a step gave for all its sequences.
final class StepScores {
    /// float32 [B, vocab]
    let logits: MLXArray
    /// The best token of each, uint32 [B].
    let best: MLXArray
    /// `best`, once it was read.
    private(set) lazy var tokens = best.asArray(UInt32.self)

    init(_ logits: MLXArray) {
        self.logits = logits
        best = argMax(logits, axis: -1)
    }
}

/// One sequence's share of a step.
struct Scores {
    let step: StepScores
    let row: Int

    var best: Int { Int(step.tokens[row]) }
    var logits: [Float] { step.logits[row..<row + 1].asArray(Float.self) }
}

extension Session {
    enum Chosen: Equatable {
        case token(Int)
        case end
    }

    /// Chooses a token and feeds it.
    func next() throws -> Chosen {
        try model.step([self])
        return lastChosen
    }

    /// The outcome of the last step; `end` before the first.
    var lastChosen: Chosen {
        guard !hasEnded, let last = written.last else { return .end }
        return .token(last.token)
    }

    fileprivate func checkIsReady(for model: Model) throws {
        guard self.model === model else {
            throw ASRError.usage("sessions that step together must belong to one model")
        }
        guard scores != nil else {
            throw ASRError.usage("next comes after prefill; a rewind needs a prefill, too")
        }
        guard position < model.config.text.maxPositionEmbeddings else {
            throw ASRError.input(
                "the model's \(model.config.text.maxPositionEmbeddings) positions are used up")
        }
    }

    fileprivate func isEnd(_ token: Int) -> Bool {
        !ignoresEos && model.config.tokens.eos.contains(token)
    }
}

extension Model {
    /// Chooses a token in each session and feeds it, with one pass through the weights for all.
    /// Sessions that have ended are left alone; any set may step together, so that sessions join and
    /// leave between steps. What a session writes does not depend on the
    /// company (in full precision: but for the rounding of sums).
    ///
    /// Throws before anything has changed.
    func step(_ sessions: [Session]) throws {
        guard Set(sessions.map(ObjectIdentifier.init)).count == sessions.count else {
            throw ASRError.usage("a session steps once at a time, but is given twice")
        }
        let active = sessions.filter { !$0.hasEnded }
        for session in active { try session.checkIsReady(for: self) }
        let clock = ContinuousClock()
        let start = clock.now

        // A sampler needs the scores on this side. Plain argmax does not: its next step is launched
        // before the token is read, so that building the graph costs no time.
        var fed: [(session: Session, place: Int, scores: Scores, token: Int?)] = []
        for session in active {
            guard let scores = session.scores else { continue }
            let place = session.position
            if session.sampler.isPlainArgmax {
                fed.append((session, place, scores, nil))
                continue
            }
            let token = session.sampler.choose(
                scores.logits, written: session.written.map(\.token))
            if session.isEnd(token) {
                try session.end(at: place)
            } else {
                fed.append((session, place, scores, token))
            }
        }
        if !fed.isEmpty {
            let ids = Self.ids(fed.map { ($0.scores, $0.token) })
            let embeddings = decoder.embed(ids)
                .reshaped(fed.count, 1, config.text.hiddenSize)
            let caches = fed.map(\.session.cache)
            let step = StepScores(
                decoder.logits(decoder(embeddings, caches: caches)))
            asyncEval([step.best] + caches.joined().flatMap(\.state))
            for (row, entry) in fed.enumerated() {
                entry.session.scores = Scores(step: step, row: row)
            }
        }
        for entry in fed {
            let token = entry.token ?? entry.scores.best
            if entry.session.isEnd(token) {
                try entry.session.end(at: entry.place)
            } else {
                entry.session.written.append((entry.place, token))
                entry.session.report.tokens += 1
            }
        }
        let spent = start.duration(to: clock.now)
        for session in active { session.report.decodeMs += spent.milliseconds }
    }

    /// The tokens to feed, uint32 [B], without waiting for those that nobody has read yet.
    private static func ids(_ fed: [(scores: Scores, token: Int?)]) -> MLXArray {
        let first = fed[0].scores.step
        let isWholeStep =
            fed.count == first.best.dim(0)
            && fed.enumerated()
                .allSatisfy { row, entry in
                    entry.token == nil && entry.scores.step === first && entry.scores.row == row
                }
        if isWholeStep { return first.best }
        let parts = fed.map { scores, token in
            token.map { MLXArray([UInt32($0)]) } ?? scores.step.best[scores.row..<scores.row + 1]
        }
        return parts.count == 1 ? parts[0] : concatenated(parts, axis: 0)
    }
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    }
}
