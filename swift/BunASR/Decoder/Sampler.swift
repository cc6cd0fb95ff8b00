/// Chooses a token from logits when plain argmax is not asked for.
package struct Sampler {
    /// 0: the best; above: softmax sampling.
    let temperature: Float
    /// Above 1: tokens already written lose (positive logits divided, negative multiplied).
    let repetitionPenalty: Float
    /// Forbids the repetition of this many tokens in a row; 0: off.
    let noRepeatNgram: Int
    private var random: SplitMix64

    package init(temperature: Float, repetitionPenalty: Float, noRepeatNgram: Int, seed: UInt64) {
        self.temperature = temperature
        self.repetitionPenalty = repetitionPenalty
        self.noRepeatNgram = noRepeatNgram
        random = SplitMix64(state: seed)
    }

    /// The choice depends on the logits alone, so the next step can be launched before the token is
    /// read.
    package var isPlainArgmax: Bool {
        temperature == 0 && repetitionPenalty == 1 && noRepeatNgram == 0
    }

    /// - Parameters:
    ///   - logits: [vocab]
    ///   - written: the tokens chosen so far
    package mutating func choose(_ logits: [Float], written: [Int]) -> Int {
        var logits = logits
        for token in Set(written) where repetitionPenalty != 1 {
            logits[token] =
                logits[token] > 0
                ? logits[token] / repetitionPenalty : logits[token] * repetitionPenalty
        }
        let repetitive = logits
        for token in repeating(written) { logits[token] = -.infinity }
        var best = Self.best(logits)
        // Nothing is left of an allow-list: rather a repetition than a token that is not on it.
        if logits[best] == -.infinity {
            logits = repetitive
            best = Self.best(logits)
        }
        guard temperature > 0 else { return best }
        let weights = logits.map { exp(Double($0 - logits[best]) / Double(temperature)) }
        var left = Double.random(in: 0..<1, using: &random) * weights.reduce(0, +)
        for (token, weight) in weights.enumerated() where weight > 0 {
            left -= weight
            if left < 0 { return token }
        }
        return best
    }

    private static func best(_ logits: [Float]) -> Int {
        logits.indices.max { logits[$0] < logits[$1] } ?? 0
    }

    /// Tokens that would complete an n-gram that is already there.
    private func repeating(_ written: [Int]) -> [Int] {
        guard noRepeatNgram > 0, written.count >= noRepeatNgram else { return [] }
        let tail = written.suffix(noRepeatNgram - 1)
        return (0...written.count - noRepeatNgram)
            .compactMap { start in
                let end = start + noRepeatNgram - 1
                return written[start..<end].elementsEqual(tail) ? written[end] : nil
            }
    }
}

/// A small seeded generator, so that a seed gives the same text on every platform (Steele et al.
/// 2014).
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
