import MLX

/// The encoder's block mask, in a form that never holds N × N values and needs no mask: full
/// windows lie along the batch axis, and what is left at the end is one shorter window.
package struct AttentionWindows {
    /// Windows of one length, one after the other.
    private struct Run {
        let tokens: Range<Int>
        let length: Int
    }

    private let runs: [Run]

    /// - Parameters:
    ///   - tokens: N
    ///   - window: tokens that see each other
    package init(tokens: Int, window: Int) {
        let full = tokens / window * window
        runs = [
            Run(tokens: 0..<full, length: window),
            Run(tokens: full..<tokens, length: tokens - full),
        ]
        .filter { !$0.tokens.isEmpty }
    }

    /// Queries, keys and values [N, heads · dim] → [N, heads · dim]
    package func attend(
        queries: MLXArray, keys: MLXArray, values: MLXArray, heads: Int, scale: Float
    ) -> MLXArray {
        let parts = runs.map { run in
            func split(_ x: MLXArray) -> MLXArray {
                (runs.count == 1 ? x : x[run.tokens])
                    .reshaped(run.tokens.count / run.length, run.length, heads, -1)
                    .transposed(0, 2, 1, 3)
            }
            let attended = MLXFast.scaledDotProductAttention(
                queries: split(queries), keys: split(keys), values: split(values), scale: scale,
                mask: nil)
            return attended.transposed(0, 2, 1, 3).reshaped(run.tokens.count, -1)
        }
        return parts.count == 1 ? parts[0] : concatenated(parts, axis: 0)
    }
}
