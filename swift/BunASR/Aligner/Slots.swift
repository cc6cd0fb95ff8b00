import MLX

/// What an aligner says at the `<timestamp>` ids of its prompt.
final class Slots {
    /// The best class of each, in the prompt's order.
    let classes: [Int32]
    /// Positions of the prompt that gave them.
    let length: Int
    private let decoder: QuantizedTextDecoder
    /// Hidden states before the last norm, [1, slots, hidden]; nil without slots.
    private let states: MLXArray?

    init(_ decoder: QuantizedTextDecoder, states: MLXArray?, length: Int) throws {
        self.decoder = decoder
        self.states = states
        self.length = length
        if let states { try evaluate([states]) }
        classes = try Self.blocks(states)
            .flatMap { block in
                try argMax(decoder.scores(block), axis: -1).values(UInt32.self).map(Int32.init)
            }
    }

    /// What the head says, float32 [slots, classes], row-major.
    func scores() throws -> [Float] {
        try Self.blocks(states).flatMap { try decoder.scores($0).values(Float.self) }
    }

    /// Some slots at a time: thousands of words must not become one array of all their classes.
    private static func blocks(_ states: MLXArray?) -> [MLXArray] {
        guard let states else { return [] }
        let count = states.dim(1)
        return stride(from: 0, to: count, by: AlignerPass.slotsAtOnce)
            .map { states[0..., $0..<min($0 + AlignerPass.slotsAtOnce, count)] }
    }
}
