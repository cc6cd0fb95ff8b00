import MLX

/// Queries of some heads of a layer, kept so that their attention can be told later: the keys lie
/// in the cache as it is. While tokens are fed this costs next to nothing: what a step computed
/// anyway is held, and many steps' queries are made one array of the named heads alone.
package final class KeptQueries {
    /// Queries of a step are held as they are, all heads of them, until there are so many.
    private static let looseAtMost = 32

    /// Queries of the positions from `start` on, float [1, heads, count, headDim].
    private struct Block {
        let start: Int
        let count: Int
        let queries: MLXArray

        var end: Int { start + count }
    }

    private let heads: [Int]
    /// Of the named heads alone, in ascending order of positions; gaps are where none were kept.
    private var blocks: [Block] = []
    /// Of all heads, a position each, those that follow.
    private var loose: [Block] = []
    /// Queries of earlier positions are not kept; nil: of none.
    var first: Int?

    /// - Parameter heads: of the layer, in any order
    package init(heads: [Int]) {
        self.heads = heads
    }

    /// Takes the queries [1, all heads, L, headDim] of the positions from `start` on. What it makes
    /// of them has to be evaluated along, see `state`.
    package func append(_ queries: MLXArray, from start: Int) {
        guard let first, queries.ndim == 4 else { return }
        let length = queries.dim(2)
        let skipped = max(0, first - start)
        guard skipped < length else { return }
        guard length == 1 else {
            tidy()
            let kept = length - skipped
            blocks.append(
                Block(
                    start: start + skipped, count: kept,
                    queries: copied(queries, skipping: skipped, kept)))
            return
        }
        if loose.last.map({ $0.end != start }) ?? false { tidy() }
        loose.append(Block(start: start, count: 1, queries: queries))
        if loose.count >= Self.looseAtMost { tidy() }
    }

    /// What a step must evaluate along.
    var state: [MLXArray] {
        // A call makes two blocks at most: of what was loose, and of what it brings.
        blocks.suffix(2).map(\.queries)
    }

    /// Forgets what lies at and after `position`.
    package func rewind(to position: Int) {
        loose.removeAll { $0.start >= position }
        blocks = blocks.compactMap { block in
            guard block.end > position else { return block }
            guard block.start < position else { return nil }
            let count = position - block.start
            return Block(
                start: block.start, count: count, queries: block.queries[0..., 0..., ..<count, 0...]
            )
        }
    }

    /// Forgets what lies before `position`.
    func drop(before position: Int) {
        blocks.removeAll { $0.end <= position }
        loose.removeAll { $0.start < position }
    }

    /// The queries of one of the named heads at these positions, [positions, headDim]; nil when not
    /// all of them were kept.
    package func queries(of head: Int, _ positions: Range<Int>) -> MLXArray? {
        tidy()
        guard let place = heads.firstIndex(of: head) else { return nil }
        var parts: [MLXArray] = []
        var reached = positions.lowerBound
        for block in blocks where block.end > reached && reached < positions.upperBound {
            guard block.start <= reached else { return nil }
            let end = min(block.end, positions.upperBound)
            parts.append(
                block.queries[
                    0..., place..<place + 1, reached - block.start..<end - block.start, 0...])
            reached = end
        }
        guard reached == positions.upperBound, !parts.isEmpty else { return nil }
        return joined(parts, axis: 2).reshaped(positions.count, -1)
    }

    /// Makes one block of what is loose: positions in a row.
    private func tidy() {
        guard let first = loose.first else { return }
        let all = joined(loose.map(\.queries), axis: 2)
        blocks.append(
            Block(
                start: first.start, count: loose.count,
                queries: copied(all, skipping: 0, loose.count)
            ))
        loose = []
    }

    /// The named heads of the queries [1, all heads, L, headDim] but for the first of them, in
    /// memory of their own: a view would keep all heads alive.
    private func copied(_ queries: MLXArray, skipping: Int, _ count: Int) -> MLXArray {
        let copy = MLXArray.zeros([1, heads.count, count, queries.dim(3)], dtype: queries.dtype)
        for (place, head) in heads.enumerated() {
            copy[0..., place..<place + 1, 0..., 0...] =
                queries[0..., head..<head + 1, skipping..<skipping + count, 0...]
        }
        return copy
    }
}
