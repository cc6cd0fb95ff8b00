// This folder: log-mel to audio embeddings.
import MLX
import MLXNN

/// Log-mel to audio embeddings: a convolutional stem over chunks of one second, then pre-norm
/// transformer blocks that attend inside windows of eight seconds.
///
/// Port of `Qwen3ASRAudioEncoder` in the official `modeling_qwen3_asr.py` (qwen-asr 0.0.6), with
/// the window that its FlashAttention path applies (`cu_seqlens`).
final class AudioEncoder {
    let config: ModelConfig.AudioConfig
    private let dtype: DType
    private let convolutions: [Conv2d]
    private let convOut: Projection
    private let layers: [EncoderLayer]
    private let lnPost: LayerNorm
    private let proj1: Projection
    private let proj2: Projection
    private let positions: Sinusoids

    init(_ checkpoint: Checkpoint) throws {
        let config = checkpoint.config.audio
        self.config = config
        dtype = checkpoint.precision.activations
        positions = Sinusoids(size: config.dModel, dtype: dtype)
        let channels = config.downsampleHiddenSize
        convolutions = try (1...3)
            .map {
                try checkpoint.convolution(
                    "audio_tower.conv2d\($0)", inputs: $0 == 1 ? 1 : channels, outputs: channels)
            }
        let bins = ModelConfig.AudioConfig.convolved(config.numMelBins)
        convOut = try checkpoint.linear(
            "audio_tower.conv_out", inputs: channels * bins, outputs: config.dModel, bias: false)
        layers = try (0..<config.encoderLayers)
            .map {
                try EncoderLayer(checkpoint, "audio_tower.layers.\($0)", config)
            }
        lnPost = try LayerNorm(checkpoint, "audio_tower.ln_post", config.dModel)
        proj1 = try checkpoint.linear(
            "audio_tower.proj1", inputs: config.dModel, outputs: config.dModel, bias: true)
        proj2 = try checkpoint.linear(
            "audio_tower.proj2", inputs: config.dModel, outputs: config.outputDim, bias: true)
    }

    /// Begins with `mel` [128, T], of the frames from `start` on, which begins a window. Windows do
    /// not see each other and positions count within chunks, so the rest of a recording gives what
    /// it gives as part of the whole.
    ///
    /// - Parameters:
    ///   - stem: what the stem gave before, of which the chunks are kept that lie within the first
    ///     `unchanged` frames
    func encoding(
        _ mel: MLXArray, from start: Int, keeping stem: [StemPart], within unchanged: Int,
        _ budget: SliceBudget
    ) -> Encoding {
        let rest = start == 0 ? mel : mel[0..., start...]
        let images = images(rest.asType(dtype), isWhole: start == 0)
        let kept = StemPart.kept(
            of: stem, from: start, within: unchanged, chunkFrames: config.chunkFrames)
        return Encoding(
            self, images, tokens: config.tokens(frames: rest.dim(1)), from: start, keeping: kept,
            budget)
    }

    /// [128, T] → [chunks, 128, width, 1], one image for each chunk. The last chunk is padded with
    /// zeros when it is not the only one of the whole recording.
    private func images(_ mel: MLXArray, isWhole: Bool) -> MLXArray {
        let (bins, frames) = (mel.dim(0), mel.dim(1))
        let width = isWhole ? min(frames, config.chunkFrames) : config.chunkFrames
        let chunks = (frames + width - 1) / width
        let padding = chunks * width - frames
        let padded = padding > 0 ? padded(mel, widths: [0, IntOrPair((0, padding))]) : mel
        return padded.reshaped(bins, chunks, width, 1).transposed(1, 0, 2, 3)
    }

    /// [chunks, 128, width, 1] → [chunks, positions, dModel]
    func convolve(_ images: MLXArray) -> MLXArray {
        var x = images
        for convolution in convolutions { x = gelu(convolution(x)) }
        // [chunks, bins, positions, channels] → channel-major rows, as PyTorch flattens them
        let (chunks, bins, length, channels) = (x.dim(0), x.dim(1), x.dim(2), x.dim(3))
        let rows = x.transposed(0, 2, 3, 1).reshaped(chunks, length, channels * bins)
        return convOut(rows) + positions(length)
    }

    /// Whole windows [N, dModel] through some of the layers; after the last one [N, outputDim].
    func apply(_ some: Range<Int>, to windows: MLXArray) -> MLXArray {
        let split = AttentionWindows(tokens: windows.dim(0), window: config.windowTokens)
        let x = layers[some].reduce(windows) { x, layer in layer(x, split) }
        return some.upperBound == layers.count ? proj2(gelu(proj1(lnPost(x)))) : x
    }

    /// Multiplications that a layer takes for so many tokens.
    func operations(tokens: Int) -> Int {
        tokens * config.dModel
            * (4 * config.dModel + 2 * config.encoderFfnDim + 2 * config.windowTokens)
    }
}

private struct LayerNorm {
    let weight: MLXArray
    let bias: MLXArray

    init(_ checkpoint: Checkpoint, _ name: String, _ size: Int) throws {
        weight = try checkpoint.vector("\(name).weight", size)
        bias = try checkpoint.vector("\(name).bias", size)
    }

    func callAsFunction(_ x: MLXArray) -> MLXArray {
        MLXFast.layerNorm(x, weight: weight, bias: bias, eps: 1e-5)
    }
}

private struct EncoderLayer {
    private let attentionNorm: LayerNorm
    private let attention: EncoderAttention
    private let finalNorm: LayerNorm
    private let fc1: Projection
    private let fc2: Projection

    init(_ checkpoint: Checkpoint, _ name: String, _ config: ModelConfig.AudioConfig) throws {
        attentionNorm = try LayerNorm(checkpoint, "\(name).self_attn_layer_norm", config.dModel)
        attention = try EncoderAttention(checkpoint, "\(name).self_attn", config)
        finalNorm = try LayerNorm(checkpoint, "\(name).final_layer_norm", config.dModel)
        fc1 = try checkpoint.linear(
            "\(name).fc1", inputs: config.dModel, outputs: config.encoderFfnDim, bias: true)
        fc2 = try checkpoint.linear(
            "\(name).fc2", inputs: config.encoderFfnDim, outputs: config.dModel, bias: true)
    }

    func callAsFunction(_ x: MLXArray, _ windows: AttentionWindows) -> MLXArray {
        let x = x + attention(attentionNorm(x), windows)
        return x + fc2(gelu(fc1(finalNorm(x))))
    }
}

private struct EncoderAttention {
    private let heads: Int
    private let headDim: Int
    private let queryKeyValue: JointProjection
    private let out: Projection

    init(_ checkpoint: Checkpoint, _ name: String, _ config: ModelConfig.AudioConfig) throws {
        let size = config.dModel
        heads = config.encoderAttentionHeads
        headDim = config.headDim
        queryKeyValue = try JointProjection(
            checkpoint,
            ["q_proj", "k_proj", "v_proj"].map { ("\(name).\($0)", size) }, inputs: size, bias: true
        )
        out = try checkpoint.linear("\(name).out_proj", inputs: size, outputs: size, bias: true)
    }

    /// [N, dModel] → [N, dModel]
    func callAsFunction(_ x: MLXArray, _ windows: AttentionWindows) -> MLXArray {
        let projected = queryKeyValue(x)
        return out(
            windows.attend(
                queries: projected[0], keys: projected[1], values: projected[2], heads: heads,
                scale: 1 / Float(headDim).squareRoot()))
    }
}
