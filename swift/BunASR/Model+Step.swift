import MLX

/// What a step gave for all its sequences.
final class StepScores {
    /// float32 [B, vocab]
    let logits: MLXArray
    /// The best token of each.
    let best: Choice
    /// log Σ e^logit of each, float32 [B]: a logit minus it is the logarithm of a probability.
    private let logSums: MLXArray
    /// `logSums`, once they were read.
    private(set) lazy var normalizers = logSums.asArray(Float.self)

    init(_ logits: MLXArray) {
        self.logits = logits
        best = Choice(argMax(logits, axis: -1), of: logits)
        logSums = logSumExp(logits, axis: -1)
    }

    /// What the next step needs of this one.
    var results: [MLXArray] { best.results + [logSums] }
}

/// One sequence's share of a step.
struct Scores {
    let step: StepScores
    let row: Int

    /// float32 [1, vocab]
    var logits: MLXArray { step.logits[row..<row + 1] }
}

/// The tokens that were chosen from rows of logits. They may be fed before they are read.
final class Choice {
    /// uint32 [B]
    let tokens: MLXArray
    /// What the model itself gave them, float32 [B, 1].
    private let logits: MLXArray

    private(set) lazy var ids = tokens.asArray(UInt32.self)
    private(set) lazy var scores = logits.asArray(Float.self)

    init(_ tokens: MLXArray, of logits: MLXArray) {
        self.tokens = tokens
        self.logits = takeAlong(logits, tokens.reshaped(-1, 1), axis: -1)
    }

    var results: [MLXArray] { [tokens, logits] }
}

/// One sequence's token in a choice.
private struct Pick {
    let scores: Scores
    let choice: Choice
    let row: Int

    var token: Int { Int(choice.ids[row]) }
    var logprob: Double {
        Double(choice.scores[row]) - Double(scores.step.normalizers[scores.row])
    }
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
        try requireNoWork(for: "next")
        guard scores != nil else {
            throw ASRError.usage("next comes after prefill; a rewind needs a prefill, too")
        }
        guard missingPads == 0 else {
            throw ASRError.usage(
                "the prompt has no audio pads for the last \(missingPads) audio embeddings")
        }
        guard position < model.config.text.maxPositionEmbeddings else {
            throw ASRError.input(
                "the model's \(model.config.text.maxPositionEmbeddings) positions are used up")
        }
    }

    /// Plain argmax, with or without a bias, is not waited for.
    fileprivate func pick(from scores: Scores) -> Pick {
        guard bias != nil || !sampler.isPlainArgmax else {
            return Pick(scores: scores, choice: scores.step.best, row: scores.row)
        }
        let biased = bias.map { scores.logits + $0 } ?? scores.logits
        let tokens =
            sampler.isPlainArgmax
            ? argMax(biased, axis: -1)
            : MLXArray([
                UInt32(
                    sampler.choose(biased.asArray(Float.self), written: written.map(\.token)))
            ])
        let choice = Choice(tokens, of: scores.logits)
        asyncEval(choice.results)
        return Pick(scores: scores, choice: choice, row: 0)
    }

    /// An end token was chosen at `position`: what was fed there is forgotten.
    fileprivate func end(at position: Int, _ pick: Pick) throws {
        try end(at: position)
        logprob = pick.logprob
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

        // A sampler needs the scores on this side. Argmax does not: its next step is launched before
        // the token is read, so that building the graph costs no time.
        var fed: [(session: Session, place: Int, pick: Pick)] = []
        for session in active {
            guard let scores = session.scores else { continue }
            let (place, pick) = (session.position, session.pick(from: scores))
            if !session.sampler.isPlainArgmax && session.isEnd(pick.token) {
                try session.end(at: place, pick)
            } else {
                fed.append((session, place, pick))
            }
        }
        if !fed.isEmpty {
            let embeddings = decoder.embed(Self.ids(fed.map(\.pick)))
                .reshaped(fed.count, 1, config.text.hiddenSize)
            let caches = fed.map(\.session.cache)
            let step = StepScores(decoder.logits(decoder(embeddings, caches: caches)))
            asyncEval(step.results + caches.joined().flatMap(\.state))
            for (row, entry) in fed.enumerated() {
                entry.session.scores = Scores(step: step, row: row)
            }
        }
        for (session, place, pick) in fed {
            if session.isEnd(pick.token) {
                try session.end(at: place, pick)
            } else {
                session.written.append((place, pick.token))
                session.logprob = pick.logprob
                session.report.tokens += 1
            }
        }
        // A step that sessions share counts once, in equal parts.
        let share = start.duration(to: clock.now).milliseconds / Double(active.count)
        for session in active { session.report.decodeMs += share }
    }

    /// The tokens to feed, uint32 [B], without waiting for those that nobody has read yet.
    private static func ids(_ picks: [Pick]) -> MLXArray {
        let first = picks[0].choice
        let isWholeChoice =
            picks.count == first.tokens.dim(0)
            && picks.enumerated().allSatisfy { $1.choice === first && $1.row == $0 }
        if isWholeChoice { return first.tokens }
        let parts = picks.map { $0.choice.tokens[$0.row..<$0.row + 1] }
        return parts.count == 1 ? parts[0] : concatenated(parts, axis: 0)
    }
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    }
}
