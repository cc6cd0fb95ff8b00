import MLX

/// The scores that a step gave for all its sequences.
final class StepScores {
    /// float32 [B, vocab]
    let logits: MLXArray
    /// The best token of each.
    let best: Choice
    /// log Σ e^logit of each, float32 [B]: a logit minus it is the logarithm of a probability.
    let normalizers: Reading<Float>

    init(_ logits: MLXArray) {
        self.logits = logits
        best = Choice(argMax(logits, axis: -1), of: logits)
        normalizers = Reading(logSumExp(logits, axis: -1))
    }

    /// What the next step needs of this one.
    var results: [MLXArray] { best.results + [normalizers.array] }
}

/// One sequence's share of a step.
struct Scores {
    let step: StepScores
    let row: Int

    /// float32 [1, vocab]
    var logits: MLXArray { step.logits[row..<row + 1] }
}

/// A token that was fed before it was chosen, and the scores for the one after it.
struct DraftedToken {
    let token: Int
    let scores: Scores
}

/// The tokens that were chosen from rows of logits. They may be fed before they are read.
final class Choice {
    /// uint32 [B]
    let tokens: Reading<UInt32>
    /// What the model itself gave them, float32 [B, 1].
    let logits: Reading<Float>

    init(_ tokens: MLXArray, of logits: MLXArray) {
        self.tokens = Reading(tokens)
        self.logits = Reading(takeAlong(logits, tokens.reshaped(-1, 1), axis: -1))
    }

    var results: [MLXArray] { [tokens.array, logits.array] }
}

/// One sequence's token in a choice.
struct Pick {
    let scores: Scores
    let choice: Choice
    let row: Int

    /// Waits for the choice, at first use.
    func token() throws -> Int { Int(try choice.tokens.values()[row]) }

    /// Natural logarithm of the probability that the model gave to the token.
    func logprob() throws -> Double {
        Double(try choice.logits.values()[row])
            - Double(try scores.step.normalizers.values()[scores.row])
    }
}
