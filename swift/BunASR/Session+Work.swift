import MLX

// The stages that take long are begun by one call and done by others, slice by slice. To the caller
// it looks as if they were done at once.
extension Session {
    /// A stage under way.
    enum Work {
        case mel(LogMel)
        /// With the embeddings that are kept of the encode before.
        case encode(Encoding, kept: MLXArray?)
        /// With the positions of the prompt's audio pads, and the text before them where a prompt
        /// begins.
        case prefill(Prefill, pads: [Int], opening: [Int32])
        /// An aligner's prefill.
        case pass(AlignerPass)

        var slices: any SlicedWork {
            switch self {
            case .mel(let mel): mel
            case .encode(let encoding, _): encoding
            case .prefill(let prefill, _, _): prefill
            case .pass(let pass): pass
            }
        }

        /// Where the report counts its time.
        var time: WritableKeyPath<Report, Double> {
            switch self {
            case .mel: \.melMs
            case .encode: \.encodeMs
            case .prefill, .pass: \.prefillMs
            }
        }
    }

    func begin(_ time: WritableKeyPath<Report, Double>, _ make: () -> Work) throws {
        work = try timed(time) { try throwingFirstFailure(make) }
    }

    /// Does the next slice of what was begun; gives the number of those that are left. A failure
    /// drops the work.
    func doWork() throws -> Int {
        guard let work else { return 0 }
        do {
            try timed(work.time) {
                try throwingFirstFailure {
                    if work.slices.slicesLeft > 0 { try work.slices.doSlice() }
                    if work.slices.slicesLeft == 0 { try finish(work) }
                }
            }
        } catch {
            dropWork()
            throw error
        }
        return work.slices.slicesLeft
    }

    /// Takes over what finished work gave.
    private func finish(_ work: Work) throws {
        switch work {
        case .mel(let logMel):
            heard = logMel
            mel = logMel.values
            embeddings = nil
            report.frames = logMel.frames
        case .encode(let encoding, let kept):
            let parts = (kept.map { [$0] } ?? []) + encoding.embeddings
            let output = joined(parts, axis: 0)
            try evaluate([output])
            embeddings = output
            encoded = Encoded(
                mel: mel, frames: report.frames, embeddings: output, stem: encoding.lastStem)
            report.audioTokens = output.dim(0)
        case .prefill(let prefill, let newPads, let opening):
            try model.keepPromptStart(opening, in: cache)
            scores = prefill.scores.first
            draft = zip(prefill.draft, prefill.scores.dropFirst()).map(DraftedToken.init)[...]
            pads += newPads
            if let last = newPads.last {
                for layer in cache { layer.queries?.drop(before: last) }
            }
            missingPads = pads.isEmpty ? 0 : max(0, (embeddings?.dim(0) ?? 0) - pads.count)
            hasEnded = false
        case .pass(let pass):
            slots = pass.outcome
        }
        self.work = nil
    }

    /// Makes the session what it was before the work was begun.
    func dropWork() {
        if case .prefill(let prefill, _, _) = work {
            prefill.drop()
            keepQueries(after: pads)
        }
        work = nil
    }

    /// Does all that is left, for a call that needs the result.
    func finishWork() throws {
        while try doWork() > 0 {}
    }

    /// Counts the time of `body` in the report.
    private func timed<Result>(
        _ stage: WritableKeyPath<Report, Double>, _ body: () throws -> Result
    ) rethrows -> Result {
        let clock = ContinuousClock()
        let start = clock.now
        defer { report[keyPath: stage] += start.duration(to: clock.now).milliseconds }
        return try body()
    }
}
