import MLX

/// Attention as its formula says, op by op.
enum ManualAttention {
    /// softmax(scale · q kᵀ + mask) v over [1, heads, positions, dim]; `mask` is added.
    static func attend(
        _ queries: MLXArray, _ keys: MLXArray, _ values: MLXArray, scale: MLXArray, mask: MLXArray?
    ) -> MLXArray {
        var scores = matmul(queries, keys.transposed(0, 1, 3, 2)) * scale
        if let mask { scores = scores + mask }
        return matmul(softmax(scores, axis: -1), values)
    }

    /// Keys and values repeated first, so that every query head has its own.
    static func attendTiled(
        _ queries: MLXArray, _ keys: MLXArray, _ values: MLXArray, scale: MLXArray, mask: MLXArray?
    ) -> MLXArray {
        let tiles = queries.dim(1) / keys.dim(1)
        return attend(
            queries, repeated(keys, count: tiles, axis: 1),
            repeated(values, count: tiles, axis: 1), scale: scale, mask: mask)
    }

    /// What is added to the scores of a mask [queries, keys]: 0 where visible, else -∞.
    static func additive(
        queries: Int, keys: Int, _ dtype: DType, visible: (_ query: Int, _ key: Int) -> Bool
    ) -> MLXArray {
        let values = (0..<queries * keys)
            .map { visible($0 / keys, $0 % keys) ? Float(0) : -Float.infinity }
        return MLXArray(values, [queries, keys]).asType(dtype)
    }
}
