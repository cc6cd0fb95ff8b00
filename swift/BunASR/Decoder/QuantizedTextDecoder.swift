// This folder: embeddings and prompt to the scores of the next token, and the choice from them.
import MLX
import MLXNN

/// The Qwen3 decoder: embeddings of text and audio in, scores of the next token out.
///
/// Port of `Qwen3ASRThinkerTextModel` in the official `modeling_qwen3_asr.py` (qwen-asr 0.0.6). Its
/// interleaved multi-axis RoPE has three equal rows of positions here and so equals plain RoPE. One
/// class tree serves every weight format: whether a projection is quantized is the checkpoint's
/// matter.
final class QuantizedTextDecoder {
    private let config: ModelConfig.TextConfig
    private let dtype: DType
    private let cacheType: DType
    private let embedTokens: Embedding
    private let layers: [DecoderLayer]
    private let norm: RMSNorm
    /// Nil when the head is the embedding.
    private let lmHead: Projection?
    /// Tokens, or an aligner's classes of time.
    private let outputs: Int

    init(_ checkpoint: Checkpoint) throws {
        let config = checkpoint.config.text
        self.config = config
        dtype = checkpoint.precision.activations
        cacheType = checkpoint.precision.cache
        embedTokens = try checkpoint.embedding(
            "model.embed_tokens", rows: config.vocabSize, dimensions: config.hiddenSize)
        layers = try (0..<config.numHiddenLayers)
            .map {
                try DecoderLayer(checkpoint, "model.layers.\($0)", config)
            }
        norm = try RMSNorm(checkpoint, "model.norm", config.hiddenSize, eps: config.rmsNormEps)
        outputs = checkpoint.config.aligner?.classes ?? config.vocabSize
        lmHead =
            checkpoint.hasOwnHead
            ? try checkpoint.linear(
                "lm_head", inputs: config.hiddenSize, outputs: outputs, bias: false)
            : nil
    }

    /// - Parameter heads: those whose queries are kept
    func makeCache(keepingQueriesOf heads: [AlignmentHead]) -> [KVCache] {
        layers.indices.map { layer in
            let own = heads.filter { $0.layer == layer }.map(\.head)
            return KVCache(
                cacheType, phase: layer * KVCache.step / layers.count,
                queries: own.isEmpty ? nil : KeptQueries(heads: own))
        }
    }

    /// Room for so many positions of one layer.
    func makeCache(reserving positions: Int) -> KVCache {
        let cache = KVCache(cacheType)
        cache.reserve(positions)
        return cache
    }

    var layerCount: Int { layers.count }

    /// ids int32 [...] → [..., hidden]
    func embed(_ ids: MLXArray) -> MLXArray {
        embedTokens(ids).asType(dtype)
    }

    /// Embeddings [B, L, hidden] of B sequences → hidden states [B, L, hidden] before the last
    /// norm. Each sequence stands at the position of its own caches; more than one sequence goes
    /// one token at a time (L = 1).
    ///
    /// Weights are read once for all sequences, which is what a step costs. Attention is each
    /// sequence's own: lengths may differ, and sequences join and leave between calls.
    func callAsFunction(_ embeddings: MLXArray, caches: [[KVCache]]) -> MLXArray {
        let length = embeddings.dim(1)
        precondition(caches.count == 1 || length == 1, "prompts are fed one at a time")
        return apply(0..<layers.count, to: embeddings, caches: caches)
    }

    /// The same for some of the layers: hidden states [B, L, hidden] before the first of them →
    /// those after the last.
    ///
    /// - Parameter wanted: of a single sequence, how many of the last positions are given behind
    ///   the model's last layer; the others end there with their keys and values. Nil: all.
    func apply(
        _ some: Range<Int>, to hidden: MLXArray, caches: [[KVCache]], wanted: Int? = nil
    ) -> MLXArray {
        // Made once for all layers: their caches stand at the same positions.
        let offsets =
            caches.count == 1
            ? nil : MLXArray(caches.map { Int32($0[some.lowerBound].offset) })
        return some.reduce(hidden) { x, i in
            let skipped = wanted.map { i == layers.count - 1 ? max(0, x.dim(1) - $0) : 0 }
            return layers[i](
                x, caches: caches.map { $0[i] }, offsets: offsets, skipping: skipped ?? 0)
        }
    }

    /// One layer for one sequence: hidden states [1, L, hidden] before it → those after it.
    func apply(_ layer: Int, to hidden: MLXArray, cache: KVCache) -> MLXArray {
        layers[layer](hidden, caches: [cache])
    }

    /// Multiplications that a layer takes for so many tokens, the last of which sees `context`
    /// keys.
    func operations(tokens: Int, context: Int) -> Int {
        let (queries, keys) = (config.numAttentionHeads, config.numKeyValueHeads)
        let projections = 2 * (queries + keys) * config.headDim + 3 * config.intermediateSize
        return tokens * (config.hiddenSize * projections + 2 * queries * config.headDim * context)
    }

    /// Multiplications that the head takes for a token.
    var headOperations: Int { config.hiddenSize * outputs }

    /// The last of hidden states [B, L, hidden] → logits float32 [B, vocab].
    func logits(_ hidden: MLXArray) -> MLXArray {
        let (count, length) = (hidden.dim(0), hidden.dim(1))
        // What failed has length 0 and must not be cut: MLX Swift would trap.
        let last = length > 1 ? hidden[0..., (length - 1)..<length] : hidden
        return scores(last).reshaped(count, outputs)
    }

    /// Hidden states [1, L, hidden] → what the head says of each, float32 [L, outputs].
    func scores(_ hidden: MLXArray) -> MLXArray {
        let normed = norm(hidden)
        let scores = lmHead.map { $0(normed) } ?? embedTokens.asLinear(normed)
        return scores.reshaped(-1, outputs).asType(.float32)
    }
}

private struct RMSNorm {
    let weight: MLXArray
    let eps: Float

    init(_ checkpoint: Checkpoint, _ name: String, _ size: Int, eps: Float) throws {
        weight = try checkpoint.vector("\(name).weight", size)
        self.eps = eps
    }

    func callAsFunction(_ x: MLXArray) -> MLXArray {
        MLXFast.rmsNorm(x, weight: weight, eps: eps)
    }
}

private struct DecoderLayer {
    private let inputNorm: RMSNorm
    private let attention: DecoderAttention
    private let postNorm: RMSNorm
    private let mlp: SwiGLU

    init(_ checkpoint: Checkpoint, _ name: String, _ config: ModelConfig.TextConfig) throws {
        inputNorm = try RMSNorm(
            checkpoint, "\(name).input_layernorm", config.hiddenSize, eps: config.rmsNormEps)
        attention = try DecoderAttention(checkpoint, "\(name).self_attn", config)
        postNorm = try RMSNorm(
            checkpoint, "\(name).post_attention_layernorm", config.hiddenSize,
            eps: config.rmsNormEps)
        mlp = try SwiGLU(checkpoint, "\(name).mlp", config)
    }

    /// - Parameters:
    ///   - offsets: of several sequences, the position of each, int32 [B]
    ///   - skipped: positions at the beginning that only leave keys and values
    func callAsFunction(
        _ x: MLXArray, caches: [KVCache], offsets: MLXArray? = nil, skipping skipped: Int = 0
    ) -> MLXArray {
        let attended = attention(
            inputNorm(x), caches: caches, offsets: offsets, skipping: skipped)
        let x = (skipped > 0 ? x[0..., skipped...] : x) + attended
        return x + mlp(postNorm(x))
    }
}

/// Grouped-query attention with an RMSNorm on each head of q and k before RoPE.
private struct DecoderAttention {
    private let heads: Int
    private let kvHeads: Int
    private let headDim: Int
    private let queryKeyValue: JointProjection
    private let out: Projection
    private let queryNorm: RMSNorm
    private let keyNorm: RMSNorm
    private let rope: RoPE
    private let transforms: HeadTransforms

    init(_ checkpoint: Checkpoint, _ name: String, _ config: ModelConfig.TextConfig) throws {
        heads = config.numAttentionHeads
        kvHeads = config.numKeyValueHeads
        headDim = config.headDim
        let (size, wide, narrow) = (config.hiddenSize, heads * headDim, kvHeads * headDim)
        queryKeyValue = try JointProjection(
            checkpoint,
            [("\(name).q_proj", wide), ("\(name).k_proj", narrow), ("\(name).v_proj", narrow)],
            inputs: size, bias: false)
        out = try checkpoint.linear("\(name).o_proj", inputs: wide, outputs: size, bias: false)
        queryNorm = try RMSNorm(checkpoint, "\(name).q_norm", headDim, eps: config.rmsNormEps)
        keyNorm = try RMSNorm(checkpoint, "\(name).k_norm", headDim, eps: config.rmsNormEps)
        rope = RoPE(dimensions: headDim, traditional: false, base: config.ropeTheta)
        transforms = HeadTransforms(
            queryNorm: queryNorm.weight, keyNorm: keyNorm.weight, eps: config.rmsNormEps,
            ropeBase: config.ropeTheta, scale: 1 / Float(headDim).squareRoot())
    }

    /// [B, L, hidden] → [B, L - skipped, hidden]
    func callAsFunction(
        _ x: MLXArray, caches: [KVCache], offsets: MLXArray?, skipping skipped: Int
    ) -> MLXArray {
        let (count, length) = (x.dim(0), x.dim(1))
        // One token of each sequence, where the platform does that at once.
        if length == 1, skipped == 0,
            let next = Platform.attendNext(queryKeyValue.sideBySide(x), transforms, caches)
        {
            return out(next)
        }
        let projected = queryKeyValue(x)
        func split(_ x: MLXArray, _ heads: Int) -> MLXArray {
            x.reshaped(count, length, heads, headDim)
        }
        func rotated(_ x: MLXArray) -> MLXArray {
            let x = x.transposed(0, 2, 1, 3)
            return offsets.map { rope(x, offset: $0) } ?? rope(x, offset: caches[0].offset)
        }
        let queries = rotated(queryNorm(split(projected[0], heads)))
        let keys = rotated(keyNorm(split(projected[1], kvHeads)))
        let values = split(projected[2], kvHeads).transposed(0, 2, 1, 3)
        // What failed has no rows and must not be cut: MLX Swift would trap.
        let isWhole = caches.count == 1 || queries.ndim == 0 || values.ndim == 0
        let attended = caches.enumerated()
            .map { i, cache in
                func own(_ x: MLXArray) -> MLXArray { isWhole ? x : x[i..<i + 1] }
                return attend(
                    own(queries), own(keys), own(values), cache: cache, skipping: skipped)
            }
        let joined = attended.count == 1 ? attended[0] : concatenated(attended, axis: 0)
        return out(
            joined.transposed(0, 2, 1, 3).reshaped(count, length - skipped, heads * headDim))
    }

    /// One sequence: queries [1, heads, L, headDim], keys and values [1, kvHeads, L, headDim] →
    /// [1, heads, L - skipped, headDim]
    private func attend(
        _ queries: MLXArray, _ newKeys: MLXArray, _ newValues: MLXArray, cache: KVCache,
        skipping skipped: Int
    ) -> MLXArray {
        cache.queries?.append(queries, from: cache.offset)
        let (keys, values) = cache.update(keys: newKeys, values: newValues)
        // What failed has no rows, as above.
        let isCut = skipped > 0 && queries.ndim == 4
        let asked = isCut ? queries[0..., 0..., skipped...] : queries
        return MLXFast.scaledDotProductAttention(
            queries: asked, keys: keys, values: values, scale: transforms.scale,
            mask: asked.dim(2) > 1 ? .causal : .none)
    }
}

private struct SwiGLU {
    private let gateUp: JointProjection
    private let down: Projection

    init(_ checkpoint: Checkpoint, _ name: String, _ config: ModelConfig.TextConfig) throws {
        let (size, inner) = (config.hiddenSize, config.intermediateSize)
        gateUp = try JointProjection(
            checkpoint, [("\(name).gate_proj", inner), ("\(name).up_proj", inner)], inputs: size,
            bias: false)
        down = try checkpoint.linear("\(name).down_proj", inputs: inner, outputs: size, bias: false)
    }

    func callAsFunction(_ x: MLXArray) -> MLXArray {
        let parts = gateUp(x)
        return down(silu(parts[0]) * parts[1])
    }
}
