import MLX

/// The block mask over windows, in a form that never holds N × N values: windows go into the batch
/// axis, and what is left to mask is the padding of the last one, one row a window that broadcasts
/// over heads and queries.
package struct AttentionWindows {
    private let tokens: Int
    /// Tokens in a window.
    package let length: Int
    package let count: Int
    /// [windows, 1, 1, length], true where a key is real; nil when every key is.
    package let mask: MLXArray?

    package init(tokens: Int, window: Int) {
        self.tokens = tokens
        length = min(tokens, window)
        count = (tokens + length - 1) / length
        if tokens == length * count {
            mask = nil
        } else {
            let key = MLXArray(0..<length * count).reshaped(count, 1, 1, length)
            mask = (key .< MLXArray(Int32(tokens)))
        }
    }

    /// [N, size] → [windows · length, size]
    package func split(_ x: MLXArray) -> MLXArray {
        mask == nil ? x : padded(x, widths: [IntOrPair((0, length * count - tokens)), 0])
    }

    /// The way back.
    package func join(_ x: MLXArray) -> MLXArray {
        mask == nil ? x : x[0..<tokens]
    }
}
