import CMLX
import MLX

/// x / 2 · (1 + erf(x / √2))
public func gelu(_ x: MLXArray) -> MLXArray {
    MLXArray(cmlx_gelu(x.ctx))
}

/// x · sigmoid(x)
public func silu(_ x: MLXArray) -> MLXArray {
    MLXArray(cmlx_silu(x.ctx))
}
