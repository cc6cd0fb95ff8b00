import MLX

// A session of an aligner: the whole prompt goes in at once, and nothing is written.
extension Session {
    /// Begins the pass through the decoder for all ids of a prompt; gives their number. What an
    /// earlier pass gave is kept until this one is done.
    func beginPass(_ ids: UnsafeBufferPointer<Int32>, timestamp: Int) throws -> Int {
        let given = ids.count { Int($0) == model.config.tokens.audioPad }
        let embedded = embeddings?.dim(0) ?? 0
        guard given == embedded else {
            throw ASRError.usage(
                "the prompt of an aligner has a pad for each audio embedding; this one has "
                    + "\(given) for \(embedded)")
        }
        let places = ids.indices.filter { Int(ids[$0]) == timestamp }
        try begin(\.prefillMs) {
            .pass(AlignerPass(model.decoder, embed(ids), slots: places, model.sliceBudget))
        }
        return ids.count
    }

    /// The best class at each `<timestamp>` of the last prompt.
    func slotClasses() throws -> [Int32] {
        guard model.config.aligner != nil else {
            throw ASRError.usage("slots are an aligner's; this model is a recognizer")
        }
        try finishWork()
        guard let slots else { throw ASRError.usage("slots come after prefill") }
        return slots.classes
    }

    /// Refuses what only a recognizer does.
    func checkIsRecognizer(_ call: String) throws {
        guard model.config.aligner == nil else {
            throw ASRError.usage("an aligner writes no tokens: \(call) is for recognizers")
        }
    }
}
