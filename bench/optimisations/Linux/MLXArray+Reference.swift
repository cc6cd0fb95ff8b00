// This folder: ops of MLX Swift that only comparisons call.
import CMLXReference
import MLX

// Ops of MLX Swift that the model does not call, so that the Linux modules lack them: what fused
// ops are compared with is built from them.

extension MLXArray {
    static func - (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        MLXArray(cmlx_subtract(lhs.ctx, rhs.ctx))
    }

    /// Element by element.
    static func .== (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        MLXArray(cmlx_equal(lhs.ctx, rhs.ctx))
    }

    /// Element by element.
    static func .>= (lhs: MLXArray, rhs: MLXArray) -> MLXArray {
        MLXArray(cmlx_greater_equal(lhs.ctx, rhs.ctx))
    }
}

/// Products of the matrices in the last two axes.
func matmul(_ a: MLXArray, _ b: MLXArray) -> MLXArray {
    MLXArray(cmlx_matmul(a.ctx, b.ctx))
}

/// Each element `count` times in a row along `axis`.
func repeated(_ array: MLXArray, count: Int, axis: Int) -> MLXArray {
    MLXArray(cmlx_repeat(array.ctx, Int32(count), Int32(axis)))
}
