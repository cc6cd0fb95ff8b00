import BunASR
import MLX
import MLXNN

/// The decoder of Qwen3-ASR-0.6B: 16 query heads and 8 key heads of 128.
struct Decoder {
    private static let (heads, kvHeads, headDim) = (16, 8, 128)
    private static let base: Float = 1_000_000
    private static let scale = 1 / Float(headDim).squareRoot()
    /// Keys that a decode step sees; tokens of the prompt for ten seconds.
    private static let (context, prompt) = (512, 137)

    /// Layers evaluated together: all for one token, fewer of the long calls.
    private static let (stepLayers, prefillLayers) = (28, 8)

    let dtype: DType

    func comparisons() -> [Comparison] {
        [
            rope(name: "RoPE, one token", positions: Self.context - 1..<Self.context),
            rope(name: "RoPE, prefill", positions: 0..<Self.prompt),
            attention(name: "grouped queries, one token", queries: 1, keys: Self.context),
            attention(name: "grouped queries, prefill", queries: Self.prompt, keys: Self.prompt),
            singleTokenMask(),
        ]
    }

    private func rope(name: String, positions: Range<Int>) -> Comparison {
        var noise = Noise(seed: 4)
        let layers = positions.count == 1 ? Self.stepLayers : Self.prefillLayers
        let x = noise.array([1, Self.heads, positions.count, Self.headDim], dtype)
        let manual = ManualRoPE(
            dimensions: Self.headDim, base: Self.base, positions: positions, dtype)
        let fused = RoPE(dimensions: Self.headDim, traditional: false, base: Self.base)
        return Comparison(
            stage: .decoder, name: name, shape: "16 heads, \(positions.count) × 128",
            before: Way("slices, products, concatenate", repetitions: layers) { manual(x) },
            after: Way("MLXFast.RoPE", repetitions: layers) {
                fused(x, offset: positions.lowerBound)
            },
            // The largest angle is 511 radians, and a float32 holds that to 3e-5.
            repetitions: layers, expected: 1.3, tolerance: max(1e-4, dtype.roundingTolerance))
    }

    private func attention(name: String, queries: Int, keys: Int) -> Comparison {
        let (q, k, v) = inputs(queries: queries, keys: keys)
        let offset = keys - queries
        let layers = queries == 1 ? Self.stepLayers : Self.prefillLayers
        let scale = MLXArray(Self.scale).asType(dtype)
        let added =
            queries == 1
            ? nil
            : ManualAttention.additive(queries: queries, keys: keys, dtype) { $1 <= $0 + offset }
        return Comparison(
            stage: .decoder, name: name, shape: "16 of 8 heads, \(queries) × \(keys) × 128",
            before: Way("repeat, matmul, softmax, matmul", repetitions: layers) {
                ManualAttention.attendTiled(q, k, v, scale: scale, mask: added)
            },
            after: Way("MLXFast.scaledDotProductAttention", repetitions: layers) {
                MLXFast.scaledDotProductAttention(
                    queries: q, keys: k, values: v, scale: Self.scale,
                    mask: queries == 1 ? .none : .causal)
            },
            repetitions: layers, expected: 2.5, tolerance: dtype.roundingTolerance)
    }

    /// One decode step's attention, all layers; the mask is made once a step.
    private func singleTokenMask() -> Comparison {
        let keys = Self.context
        let (q, k, v) = inputs(queries: 1, keys: keys)
        func attend(_ mask: MLXArray?) -> MLXArray {
            MLXFast.scaledDotProductAttention(
                queries: q, keys: k, values: v, scale: Self.scale, mask: mask)
        }
        func step(_ makeMask: @escaping () -> MLXArray?) -> () -> Void {
            {
                let mask = makeMask()
                eval((0..<Self.stepLayers).map { _ in attend(mask) })
            }
        }
        func way(_ label: String, _ makeMask: @escaping () -> MLXArray?) -> Way {
            Way(
                label: label, prepare: {}, run: step(makeMask),
                values: { attend(makeMask()).asType(.float32).asArray(Float.self) })
        }
        return Comparison(
            stage: .decoder, name: "mask of one token", shape: "28 layers, 1 × 512",
            before: way("made at every step") {
                MLXArray(keys - 1..<keys).reshaped(1, 1)
                    .>= MLXArray(0..<keys).reshaped(1, keys)
            },
            after: way("nil") { nil },
            tolerance: dtype.roundingTolerance)
    }

    private func inputs(queries: Int, keys: Int) -> (MLXArray, MLXArray, MLXArray) {
        var noise = Noise(seed: 5)
        return (
            noise.array([1, Self.heads, queries, Self.headDim], dtype),
            noise.array([1, Self.kvHeads, keys, Self.headDim], dtype),
            noise.array([1, Self.kvHeads, keys, Self.headDim], dtype)
        )
    }
}
