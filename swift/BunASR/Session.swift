import MLX

/// One recording on its way through the stages, each step asked for by the caller.
final class Session {
    struct Options: StrictOptions {
        var mel: AudioPreprocessing.Recipe?
        var temperature: Float?
        var seed: UInt64?
        var repetitionPenalty: Float?
        var noRepeatNgram: Int?
        var ignoreEos: Bool?
        /// Whether `alignment` may be asked for.
        var alignment: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case mel, temperature, seed, repetitionPenalty, noRepeatNgram, ignoreEos, alignment
        }
    }

    /// What `asr_session_report` tells; times in milliseconds.
    struct Report: Encodable {
        var melMs = 0.0
        var encodeMs = 0.0
        var prefillMs = 0.0
        var decodeMs = 0.0
        var frames = 0
        var audioTokens = 0
        var position = 0
        var tokens = 0
    }

    let model: Model
    private let preprocessing: AudioPreprocessing
    let ignoresEos: Bool
    let keepsQueries: Bool
    var sampler: Sampler
    var report = Report()
    /// The last report's JSON, kept while the caller reads it.
    var reportText: CString?

    /// What was begun and is not finished.
    var work: Work?

    var mel: [Float] = []
    /// What `mel` was made by: a recording that grows begins with it.
    var heard: LogMel?
    /// Of `mel`; nil until it is encoded.
    var embeddings: MLXArray?
    /// What the last `encode` gave: the next one may keep its beginning.
    var encoded: Encoded?
    let cache: [KVCache]
    /// Positions of the audio pads that the cache holds, ascending.
    var pads: [Int] = []
    /// Embeddings that the prompt has no pads for, though it has some.
    var missingPads = 0
    /// Added to the scores before each choice, float32 [1, vocab].
    private(set) var bias: MLXArray?
    /// Chosen tokens with the position at which each was fed.
    var written: [(position: Int, token: Int)] = []
    /// Scores for the token at the current position; nil before a prefill and after a rewind.
    var scores: Scores?
    /// Tokens that the caches hold at and after the current position, as they may be chosen next.
    var draft: ArraySlice<DraftedToken> = []
    var hasEnded = false
    /// What the last prompt of an aligner gave.
    var slots: Slots?
    /// Natural logarithm of the probability that the model gave to what the last step chose; NaN
    /// before the first step and after a rewind.
    var logprob = Double.nan

    init(_ model: Model, _ options: Options) throws {
        func within<T: Comparable>(_ name: String, _ value: T, _ range: ClosedRange<T>) throws -> T
        {
            guard range.contains(value) else {
                throw ASRError.usage(
                    "\(name) is \(value), expected \(range.lowerBound)…\(range.upperBound)")
            }
            return value
        }
        self.model = model
        preprocessing = try model.preprocessing(options.mel ?? .exact)
        ignoresEos = options.ignoreEos ?? false
        sampler = Sampler(
            temperature: try within("temperature", options.temperature ?? 0, 0...100),
            repetitionPenalty: try within(
                "repetitionPenalty", options.repetitionPenalty ?? 1, 0.01...100),
            noRepeatNgram: try within("noRepeatNgram", options.noRepeatNgram ?? 0, 0...1000),
            seed: options.seed ?? 0)
        keepsQueries = options.alignment ?? false
        guard !keepsQueries || !model.alignmentHeads.isEmpty else {
            throw ASRError.usage("alignment is for models that were opened with alignmentHeads")
        }
        cache = model.decoder.makeCache(
            keepingQueriesOf: keepsQueries ? model.alignmentHeads : [])
    }

    /// A step is launched before it is known that nobody needs it, so the last one may still be
    /// under way.
    deinit {
        finishEvaluation()
    }

    /// Tokens that were fed, those of the prefill that was begun included, and of a draft those
    /// that were chosen.
    var position: Int {
        switch work {
        case .prefill(let prefill, _, _): prefill.end
        case .pass(let pass): pass.length
        default: slots?.length ?? cache[0].offset - draft.count
        }
    }

    /// Nominal is 1; far beyond this, powers would not be finite.
    private static let loudest: Float = 1e9

    /// Begins PCM → log-mel; gives the number of frames. An earlier mel that is not finished is
    /// dropped.
    func mel(_ pcm: UnsafeBufferPointer<Float>) throws -> Int {
        guard !pcm.isEmpty else { throw ASRError.input("the audio holds no samples") }
        // Not `>`, which NaN is not either.
        if let bad = pcm.firstIndex(where: { !($0.magnitude <= Self.loudest) }) {
            throw ASRError.input(
                "sample \(bad) is \(pcm[bad]); every sample must be finite, and within ±1e9")
        }
        if case .mel = work { dropWork() } else { try finishWork() }
        try begin(\.melMs) { .mel(LogMel(pcm, preprocessing, after: heard)) }
        return AudioPreprocessing.frameCount(samples: pcm.count)
    }

    /// Begins to feed prompt ids, with the audio embeddings in the place of the pads, from that of
    /// the first pad which the cache does not hold, and behind them a draft of what may be chosen
    /// then; gives the position that the prompt leads to.
    func prefill(_ ids: UnsafeBufferPointer<Int32>, draft: UnsafeBufferPointer<Int32>) throws -> Int
    {
        if !draft.isEmpty { try checkIsRecognizer("a draft") }
        let timestamp = model.config.aligner?.timestamp
        if timestamp != nil, case .pass = work { dropWork() } else { try finishWork() }
        guard !ids.isEmpty else { throw ASRError.usage("prefill needs at least one id") }
        let vocab = model.config.text.vocabSize
        if let bad = [ids, draft].joined().first(where: { !(0..<vocab).contains(Int($0)) }) {
            throw ASRError.input("token id \(bad) is outside of the vocabulary of \(vocab)")
        }
        let held = timestamp == nil ? position : 0
        let room = model.config.text.maxPositionEmbeddings - held
        let needed = ids.count + draft.count
        guard needed <= room else {
            throw ASRError.input(
                "\(needed) prompt tokens need \(room) free positions or fewer; use shorter audio")
        }
        if let timestamp { return try beginPass(ids, timestamp: timestamp) }
        let newPads = ids.indices.filter { Int(ids[$0]) == model.config.tokens.audioPad }
        let embedded = embeddings?.dim(0) ?? 0
        guard newPads.isEmpty || pads.count + newPads.count <= embedded else {
            throw ASRError.usage(
                "the prompt has \(pads.count + newPads.count) audio pads for \(embedded) audio "
                    + "embeddings")
        }
        let start = position
        let padsThere = newPads.map { start + $0 }
        dropDraft()
        keepQueries(after: pads + padsThere)
        let opening = start == 0 ? Array(ids[..<(newPads.first ?? 0)]) : []
        let known = model.promptStart(opening)
        try begin(\.prefillMs) {
            let rest = UnsafeBufferPointer(rebasing: ids[(known?.count ?? 0)...])
            let parts = [embed(rest)] + (draft.isEmpty ? [] : [embed(text: Array(draft))])
            return .prefill(
                Prefill(
                    model.decoder, after: known, joined(parts, axis: 1),
                    draft: draft.map { Int($0) }, cache, model.sliceBudget),
                pads: padsThere, opening: opening)
        }
        return start + ids.count
    }

    /// Ids → [1, L, hidden], runs of audio pads taken from the embeddings in order.
    func embed(_ ids: UnsafeBufferPointer<Int32>) -> MLXArray {
        let pad = Int32(model.config.tokens.audioPad)
        var parts: [MLXArray] = []
        var (start, taken) = (0, pads.count)
        while start < ids.count {
            let isAudio = ids[start] == pad
            let end = ids[start...].firstIndex { ($0 == pad) != isAudio } ?? ids.count
            if isAudio, let embeddings {
                let run = embeddings[taken..<taken + end - start]
                parts.append(run.reshaped(1, end - start, model.config.text.hiddenSize))
                taken += end - start
            } else {
                parts.append(embed(text: Array(ids[start..<end])))
            }
            start = end
        }
        return joined(parts, axis: 1)
    }

    /// Ids of text → [1, L, hidden]
    private func embed(text ids: [Int32]) -> MLXArray {
        model.decoder.embed(MLXArray(ids)).reshaped(1, ids.count, model.config.text.hiddenSize)
    }

    /// A prefill that is not finished is dropped when nothing of it would be left.
    func rewind(to position: Int) throws {
        try checkIsRecognizer("rewind")
        guard (0...self.position).contains(position) else {
            throw ASRError.usage("rewind to \(position): the position is \(self.position)")
        }
        if case .prefill(let prefill, _, _) = work {
            if position <= prefill.start { dropWork() } else { try finishWork() }
        }
        for layer in cache { layer.rewind(to: position) }
        draft = []
        written.removeAll { $0.position >= position }
        pads.removeAll { $0 >= position }
        scores = nil
        logprob = .nan
        hasEnded = false
    }

    /// Bonuses that are added to the scores of `ids` before each choice from now on, and with
    /// `only` no other token may be chosen. No ids and not `only`: none.
    func setBias(
        ids: UnsafeBufferPointer<Int32>, bonuses: UnsafeBufferPointer<Float>, only: Bool
    ) throws {
        try checkIsRecognizer("bias")
        guard ids.count == bonuses.count else {
            throw ASRError.usage("bias has \(ids.count) ids, but \(bonuses.count) bonuses")
        }
        guard !ids.isEmpty else {
            if only { throw ASRError.usage("bias allows no token at all") }
            bias = nil
            return
        }
        let vocab = model.config.text.vocabSize
        var added = [Float](repeating: only ? -.infinity : 0, count: vocab)
        var isGiven = [Bool](repeating: false, count: vocab)
        for (id, bonus) in zip(ids, bonuses) {
            guard added.indices.contains(Int(id)) else {
                throw ASRError.input("token id \(id) is outside of the vocabulary of \(vocab)")
            }
            guard bonus.isFinite else {
                throw ASRError.usage("the bonus of token id \(id) is \(bonus), not a finite number")
            }
            guard !isGiven[Int(id)] else {
                throw ASRError.usage("token id \(id) stands twice in the bias")
            }
            isGiven[Int(id)] = true
            added[Int(id)] = bonus
        }
        bias = MLXArray(added, [1, vocab])
    }

    /// After an end token at `position`: what was fed there is forgotten.
    func end(at position: Int) throws {
        try rewind(to: position)
        hasEnded = true
    }

    enum Stage: String {
        case mel
        case encoder
        case logits
    }

    /// The float32 values that a stage gave, row-major.
    func read(_ stage: Stage) throws -> [Float] {
        try finishWork()
        switch stage {
        case .mel where !mel.isEmpty: return mel
        case .encoder:
            if let embeddings { return try embeddings.values(Float.self) }
        case .logits:
            if let slots { return try slots.scores() }
            if let scores { return try scores.logits.values(Float.self) }
        default: break
        }
        throw ASRError.usage("the stage \(stage.rawValue) has not run")
    }

    func makeReport() -> Report {
        report.position = position
        return report
    }
}
