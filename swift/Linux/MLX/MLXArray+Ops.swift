import CMLX

extension MLXArray {
    public func asType(_ type: DType) -> MLXArray {
        MLXArray(cmlx_astype(ctx, type.cmlx))
    }

    /// The same bytes as values of another type.
    public func view(dtype: DType) -> MLXArray {
        MLXArray(cmlx_view(ctx, dtype.cmlx))
    }

    public func reshaped(_ shape: some Collection<Int>) -> MLXArray {
        MLXArray(cmlx_reshape(ctx, shape.map(Int32.init), shape.count))
    }

    public func reshaped(_ shape: Int...) -> MLXArray {
        reshaped(shape)
    }

    public func transposed(axes: some Collection<Int>) -> MLXArray {
        MLXArray(cmlx_transpose(ctx, axes.map(Int32.init), axes.count))
    }

    public func transposed(_ axes: Int...) -> MLXArray {
        transposed(axes: axes.isEmpty ? Array((0..<ndim).reversed()) : axes)
    }

    public static func + (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        MLXArray(cmlx_add(lhs.ctx, rhs.ctx))
    }

    public static func * (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        MLXArray(cmlx_multiply(lhs.ctx, rhs.ctx))
    }
}

/// Joins arrays along an axis.
public func concatenated(_ arrays: some Collection<MLXArray>, axis: Int = 0) -> MLXArray {
    MLXArray(cmlx_concatenate(arrays.map(\.ctx), arrays.count, Int32(axis)))
}

/// Parts along an axis, cut before each of `indices`.
public func split(_ array: MLXArray, indices: some Collection<Int>, axis: Int = 0) -> [MLXArray] {
    let axis = axis < 0 ? axis + array.ndim : axis
    let shape = array.shape
    let cuts = [0] + Array(indices) + [shape[axis]]
    return zip(cuts, cuts.dropFirst())
        .map { first, last in
            var start = [Int32](repeating: 0, count: shape.count)
            var stop = shape.map(Int32.init)
            (start[axis], stop[axis]) = (Int32(first), Int32(last))
            return MLXArray(cmlx_slice(array.ctx, start, stop, start.count))
        }
}

/// Index of the largest value along the last axis, uint32.
public func argMax(_ array: MLXArray, axis: Int) -> MLXArray {
    precondition(axis == -1 || axis == array.ndim - 1, "only the last axis")
    return MLXArray(cmlx_argmax(array.ctx))
}

/// log(Σ eˣ) along the last axis.
public func logSumExp(_ array: MLXArray, axis: Int) -> MLXArray {
    precondition(axis == -1 || axis == array.ndim - 1, "only the last axis")
    return MLXArray(cmlx_logsumexp(array.ctx))
}

/// eˣ / Σ eˣ along the last axis.
public func softmax(_ array: MLXArray, axis: Int) -> MLXArray {
    precondition(axis == -1 || axis == array.ndim - 1, "only the last axis")
    return MLXArray(cmlx_softmax(array.ctx))
}

/// What stands at `indices` of each row along the last axis.
public func takeAlong(_ array: MLXArray, _ indices: MLXArray, axis: Int) -> MLXArray {
    precondition(axis == -1 || axis == array.ndim - 1, "only the last axis")
    return MLXArray(cmlx_take_along(array.ctx, indices.ctx))
}

/// One value for both spatial axes, or a pair.
public struct IntOrPair: ExpressibleByIntegerLiteral, Sendable {
    public let values: (Int, Int)

    public init(integerLiteral value: Int) {
        values = (value, value)
    }

    public init(_ values: (Int, Int)) {
        self.values = values
    }
}

/// Pads each axis with zeros, `(before, after)`.
public func padded(_ array: MLXArray, widths: some Collection<IntOrPair>) -> MLXArray {
    let values = widths.map(\.values)
    return MLXArray(
        cmlx_pad(array.ctx, values.map { Int32($0.0) }, values.map { Int32($0.1) }, values.count))
}
