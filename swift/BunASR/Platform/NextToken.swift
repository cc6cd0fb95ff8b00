import MLX

#if os(Linux)
    import CMLX
#endif

/// The weights of norms on the heads of queries and keys [headDim], and how these are rotated.
struct HeadTransforms {
    let queryNorm: MLXArray
    let keyNorm: MLXArray
    let eps: Float
    let ropeBase: Float
    /// Of the scores.
    let scale: Float
}

extension Platform {
    /// The attention of a layer for a token more of each of several sequences, whose keys and
    /// values go into their caches: [B, 1, (heads + 2 kvHeads) · headDim] → [B, 1, heads ·
    /// headDim].
    ///
    /// Nil where it is made of MLX's own operations: Metal does not wait between those. Here what
    /// lies around a dozen of them for each sequence takes as long as their work.
    ///
    /// - Parameter projected: asked for where it is used; nil when the projections stay apart
    static func attendNext(
        _ projected: @autoclosure () -> MLXArray?, _ transforms: HeadTransforms,
        _ caches: [KVCache]
    ) -> MLXArray? {
        #if os(Linux)
            guard caches.allSatisfy(\.takesNextInPlace), let projected = projected() else {
                return nil
            }
            let places = caches.map { $0.placeOfNext() }
            return MLXArray(
                cmlx_attend_next(
                    projected.ctx, transforms.queryNorm.ctx, transforms.keyNorm.ctx, transforms.eps,
                    transforms.ropeBase, transforms.scale, places.map(\.keys.ctx),
                    places.map(\.values.ctx), places.map { Int32($0.position) }, places.count))
        #else
            return nil
        #endif
    }
}
