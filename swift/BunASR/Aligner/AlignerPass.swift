// This folder: the forced aligner: audio and a known text to a class of time for each word's
// beginning and end. It shares the encoder and the decoder's layers with the recognizer.
import MLX

/// The whole prompt of an aligner on its way through the decoder, once: what the head says at each
/// `<timestamp>`.
///
/// A layer is done for all groups of tokens before the next one begins, and since nothing is
/// written afterwards, its keys and values are not needed any more: those of one layer alone are
/// there, however long the prompt is.
///
/// Port of `Qwen3ForcedAligner.align` in the official `qwen3_forced_aligner.py` (qwen-asr 0.0.6)
/// up to the argmax.
final class AlignerPass: SlicedWork {
    /// Tokens that go through a layer together, at most: enough for products at full speed.
    private static let tokensAtOnce = 512
    /// Slots that the head scores together, at most: 5,000 classes of each are 20 KB.
    private static let slotsAtOnce = 512

    /// A group of tokens in a layer.
    private struct Step {
        let layer: Int
        let group: Int
    }

    private let decoder: QuantizedTextDecoder
    private let groups: [Range<Int>]
    private let slices: [[Step]]
    /// Slots that are scored together, a slice each after those of the layers.
    private let scored: [ArraySlice<Int>]
    private var next = 0
    /// Of the layer that is under way.
    private let cache: KVCache
    /// Each group's [1, tokens, hidden], before its next layer.
    private var hidden: [MLXArray]
    /// Their hidden states and the likeliest class of each, as far as they are scored.
    private var found: (states: [MLXArray], classes: [Int32]) = ([], [])
    /// What the pass gave; nil while slices are left.
    private(set) var outcome: Slots?
    /// Positions of the prompt.
    let length: Int

    /// - Parameters:
    ///   - prompt: embeddings [1, L, hidden]
    ///   - slots: positions of the `<timestamp>` ids, ascending
    init(
        _ decoder: QuantizedTextDecoder, _ prompt: MLXArray, slots: [Int], _ budget: SliceBudget
    ) {
        self.decoder = decoder
        scored = stride(from: 0, to: slots.count, by: Self.slotsAtOnce)
            .map { slots[$0..<min($0 + Self.slotsAtOnce, slots.count)] }
        let length = prompt.dim(1)
        let groups = stride(from: 0, to: length, by: Self.tokensAtOnce)
            .map { $0..<min($0 + Self.tokensAtOnce, length) }
        let steps = (0..<decoder.layerCount)
            .flatMap { layer in groups.indices.map { Step(layer: layer, group: $0) } }
        slices = budget.slices(of: steps) { step in
            let tokens = groups[step.group]
            return decoder.operations(tokens: tokens.count, context: tokens.upperBound)
        }
        hidden = groups.map { prompt[0..., $0] }
        cache = decoder.makeCache(reserving: length)
        self.length = length
        self.groups = groups
    }

    var slicesLeft: Int { slices.count + scored.count - next }

    func doSlice() throws {
        if next < slices.count {
            let slice = slices[next]
            for step in slice { apply(step) }
            try evaluate(Set(slice.map(\.group)).map { hidden[$0] } + cache.state)
        } else {
            try score(scored[next - slices.count])
        }
        next += 1
        guard slicesLeft == 0 else { return }
        outcome = Slots(decoder, found.states, classes: found.classes, length: length)
    }

    private func apply(_ step: Step) {
        if step.group == 0 { cache.rewind(to: 0) }
        hidden[step.group] = decoder.apply(step.layer, to: hidden[step.group], cache: cache)
    }

    private func score(_ slots: ArraySlice<Int>) throws {
        let parts = slots.map { slot in
            let (group, place) = slot.quotientAndRemainder(dividingBy: Self.tokensAtOnce)
            return hidden[group][0..., place..<place + 1]
        }
        let states = joined(parts, axis: 1)
        let classes = argMax(decoder.scores(states), axis: -1)
        try evaluate([states, classes])
        found.states.append(states)
        found.classes += try classes.values(UInt32.self).map(Int32.init)
    }
}
