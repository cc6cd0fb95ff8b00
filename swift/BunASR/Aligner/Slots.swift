import MLX

/// What an aligner says at the `<timestamp>` ids of its prompt.
final class Slots {
    /// The likeliest class of each, in the prompt's order.
    let classes: [Int32]
    /// Positions of the prompt that gave them.
    let length: Int
    private let decoder: QuantizedTextDecoder
    /// Hidden states before the last norm, [1, some slots, hidden] each.
    private let states: [MLXArray]

    init(_ decoder: QuantizedTextDecoder, _ states: [MLXArray], classes: [Int32], length: Int) {
        self.decoder = decoder
        self.states = states
        self.classes = classes
        self.length = length
    }

    /// What the head says, float32 [slots, classes], row-major: computed for who asks, since
    /// thousands of words with all their classes take more memory than anything else.
    func scores() throws -> [Float] {
        try states.flatMap { try decoder.scores($0).values(Float.self) }
    }
}
