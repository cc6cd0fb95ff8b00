import MLX

// A session's part in a step: what it chooses, and what a choice does to it.

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

    func checkIsReady(for model: Model) throws {
        guard self.model === model else {
            throw ASRError.usage("sessions that step together must belong to one model")
        }
        try finishWork()
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
    func pick(from scores: Scores) throws -> Pick {
        guard bias != nil || !sampler.isPlainArgmax else {
            return Pick(scores: scores, choice: scores.step.best, row: scores.row)
        }
        let biased = bias.map { scores.logits + $0 } ?? scores.logits
        let tokens =
            sampler.isPlainArgmax
            ? argMax(biased, axis: -1)
            : MLXArray([
                UInt32(
                    sampler.choose(
                        try biased.values(Float.self), written: written.map(\.token)))
            ])
        let choice = Choice(tokens, of: scores.logits)
        try startEvaluation(of: choice.results)
        return Pick(scores: scores, choice: choice, row: 0)
    }

    /// Where the draft goes on with the token that was chosen, it was fed already.
    func takesFromDraft(_ pick: Pick) throws -> Bool {
        guard let next = draft.first, try next.token == pick.token() else { return false }
        try keep(pick, at: position)
        draft.removeFirst()
        scores = next.scores
        return true
    }

    /// Forgets what was fed and not chosen.
    func dropDraft() {
        guard !draft.isEmpty else { return }
        let position = position
        draft = []
        for layer in cache { layer.rewind(to: position) }
    }

    /// The chosen token is fed at `position`.
    func keep(_ pick: Pick, at position: Int) throws {
        logprob = try pick.logprob()
        written.append((position, try pick.token()))
        report.tokens += 1
    }

    /// An end token was chosen at `position`: what was fed there is forgotten.
    func end(at position: Int, _ pick: Pick) throws {
        try end(at: position)
        logprob = try pick.logprob()
    }

    func isEnd(_ token: Int) -> Bool {
        !ignoresEos && model.config.tokens.eos.contains(token)
    }
}
