import MLX

extension Model {
    /// Chooses a token in each session and feeds it, with one pass through the weights for all.
    /// Sessions that have ended are left alone; any set may step together, so that sessions join
    /// and leave between steps. What a session writes does not depend on the company (in full
    /// precision: but for the rounding of sums).
    ///
    /// Throws before anything has changed.
    func step(_ sessions: [Session]) throws {
        for session in sessions { try session.checkIsRecognizer("next") }
        guard Set(sessions.map(ObjectIdentifier.init)).count == sessions.count else {
            throw ASRError.usage("a session steps once at a time, but is given twice")
        }
        let active = sessions.filter { !$0.hasEnded }
        for session in active { try session.checkIsReady(for: self) }
        let clock = ContinuousClock()
        let start = clock.now

        // A sampler needs the scores on this side, and so does who looks into a draft. Argmax does
        // not: its next step is launched before the token is read, so that building the graph costs
        // no time.
        var fed: [(session: Session, place: Int, pick: Pick)] = []
        for session in active {
            guard let scores = session.scores else { continue }
            let (place, pick) = (session.position, try session.pick(from: scores))
            let isRead = !session.sampler.isPlainArgmax || !session.draft.isEmpty
            if try isRead && session.isEnd(pick.token()) {
                try session.end(at: place, pick)
            } else if try !session.takesFromDraft(pick) {
                session.dropDraft()
                fed.append((session, place, pick))
            }
        }
        if !fed.isEmpty {
            let embeddings = decoder.embed(Self.ids(fed.map(\.pick)))
                .reshaped(fed.count, 1, config.text.hiddenSize)
            let caches = fed.map(\.session.cache)
            let step = StepScores(decoder.logits(decoder(embeddings, caches: caches)))
            try startEvaluation(of: step.results + caches.joined().flatMap(\.state))
            for (row, entry) in fed.enumerated() {
                entry.session.scores = Scores(step: step, row: row)
            }
        }
        for (session, place, pick) in fed {
            let token = try pick.token()
            if session.isEnd(token) {
                try session.end(at: place, pick)
            } else {
                try session.keep(pick, at: place)
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
            picks.count == first.tokens.array.dim(0)
            && picks.enumerated().allSatisfy { $1.choice === first && $1.row == $0 }
        if isWholeChoice { return first.tokens.array }
        let parts = picks.map { $0.choice.tokens.array[$0.row..<$0.row + 1] }
        return parts.count == 1 ? parts[0] : concatenated(parts, axis: 0)
    }
}
