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
        let wanted = steps * Self.step + phase
        let added = MLXArray.zeros(
            [1, example.dim(1), wanted - capacity, example.dim(3)], dtype: dtype)
        keys = keys.map { concatenated([$0, added], axis: 2) } ?? added
        values =
            values.map { concatenated([$0, added], axis: 2) }
            ?? MLXArray.zeros(added.shape, dtype: dtype)
        capacity = wanted
    }
}
