import MLX

/// Keys and values of one layer, [1, kvHeads, capacity, headDim]: grown in steps, written in place,
/// never joined per token. `offset` is the one truth of position.
package final class KVCache {
    package static let step = 256

    /// Of the heads whose attention may be asked for; nil where none may.
    package let queries: KeptQueries?
    private let dtype: DType
    private var keys: MLXArray?
    private var values: MLXArray?
    private var capacity = 0
    /// The capacity is so much above a multiple of `step`.
    private let phase: Int
    /// Room that the next growth makes at least.
    private var reserved = 0
    package private(set) var offset = 0

    /// - Parameter phase: below `step`; caches of different phases do not grow at the same token,
    ///   since in long contexts growing takes its time: all that is held is copied.
    package init(_ dtype: DType, phase: Int = 0, queries: KeptQueries? = nil) {
        self.dtype = dtype
        self.phase = phase
        self.queries = queries
    }

    /// So many positions will be needed: the cache grows once for them, not step by step.
    package func reserve(_ count: Int) {
        reserved = count
    }

    /// Appends [1, kvHeads, L, headDim] and gives views of all that is held, in the cache's dtype,
    /// [1, kvHeads, offset, headDim].
    package func update(keys newKeys: MLXArray, values newValues: MLXArray) -> (
        keys: MLXArray, values: MLXArray
    ) {
        let end = offset + newKeys.dim(2)
        grow(to: end, like: newKeys)
        // Only what failed has no length, and so makes nothing grow; it stays failed.
        guard let keys, let values else { return (newKeys, newValues) }
        keys[0..., 0..., offset..<end, 0...] = newKeys.asType(dtype)
        values[0..., 0..., offset..<end, 0...] = newValues.asType(dtype)
        offset = end
        return (keys[0..., 0..., ..<end, 0...], values[0..., 0..., ..<end, 0...])
    }

    /// Whether a position can be written without `update`: there is memory, and nobody asks for the
    /// queries along.
    var takesNextInPlace: Bool { keys != nil && queries?.first == nil }

    /// Appends a position that the caller writes into `keys` and `values`, [1, kvHeads, capacity,
    /// headDim] in the cache's dtype, themselves. Only where `takesNextInPlace`.
    func placeOfNext() -> (keys: MLXArray, values: MLXArray, position: Int) {
        guard let held = keys else { preconditionFailure("a cache without memory has no place") }
        grow(to: offset + 1, like: held)
        guard let keys, let values else { preconditionFailure("a cache that has grown has memory") }
        offset += 1
        return (keys, values, offset - 1)
    }

    /// Forgets what lies at and after `position`; the memory stays.
    package func rewind(to position: Int) {
        offset = min(offset, position)
        queries?.rewind(to: position)
    }

    /// The keys of a head at these positions, which are held, [positions, headDim]; nil when there
    /// are none.
    func keys(of head: Int, _ positions: Range<Int>) -> MLXArray? {
        keys.map { $0[0..., head..<head + 1, positions, 0...].reshaped(positions.count, -1) }
    }

    /// Copies of the first `count` keys and values, which are held; nil when there are none.
    func beginning(_ count: Int) -> (keys: MLXArray, values: MLXArray)? {
        guard let keys, let values else { return nil }
        func copied(_ held: MLXArray) -> MLXArray {
            let copy = MLXArray.zeros(
                [1, held.dim(1), count, held.dim(3)], dtype: held.dtype)
            copy[0..., 0..., 0..., 0...] = held[0..., 0..., ..<count, 0...]
            return copy
        }
        return (copied(keys), copied(values))
    }

    /// What a step must evaluate along, so that no graph of earlier steps stays alive.
    var state: [MLXArray] {
        [keys, values].compactMap { $0 } + (queries?.state ?? [])
    }

    private func grow(to end: Int, like example: MLXArray) {
        guard end > capacity else { return }
        let steps = (max(end, reserved) - phase + Self.step - 1) / Self.step
        capacity = steps * Self.step + phase
        keys = larger(keys, like: example)
        values = larger(values, like: example)
    }

    /// Memory of the present capacity with what is held so far.
    private func larger(_ held: MLXArray?, like example: MLXArray) -> MLXArray {
        let memory = BufferPool.unset(
            [1, example.dim(1), capacity, example.dim(3)], dtype: dtype)
        if let held, offset > 0 {
            memory[0..., 0..., ..<offset, 0...] = held[0..., 0..., ..<offset, 0...]
        }
        return memory
    }
}
