/// The sizes and token ids of one checkpoint, from its config.json and generation_config.json.
///
/// Field names as in the official `configuration_qwen3_asr.py`; its class defaults differ from the
/// published checkpoints, so nothing but the optional fields below has a default here.
struct ModelConfig {
    let audio: AudioConfig
    let text: TextConfig
    let tokens: TokenIds

    struct AudioConfig: Decodable {
        /// Mel bins F.
        let numMelBins: Int
        /// Width of the transformer blocks.
        let dModel: Int
        let encoderLayers: Int
        let encoderAttentionHeads: Int
        let encoderFfnDim: Int
        /// Channels of the conv stem.
        let downsampleHiddenSize: Int
        /// Width of the audio embeddings: the decoder's hidden size.
        let outputDim: Int
        /// Half of the frames in a conv chunk.
        let nWindow: Int
        /// Frames in an attention window: whole chunks.
        let nWindowInfer: Int

        /// Frames that pass through the conv stem together.
        var chunkFrames: Int { nWindow * 2 }
        /// Audio tokens in an attention window: they see each other, and no others.
        var windowTokens: Int { nWindowInfer / chunkFrames * Self.convolved(chunkFrames) }
        var headDim: Int { dModel / encoderAttentionHeads }

        /// Audio tokens N for T mel frames: 13 for each full chunk of 100, ⌈rest / 8⌉ for the last.
        func tokens(frames: Int) -> Int {
            let rest = frames % chunkFrames
            return frames / chunkFrames * Self.convolved(chunkFrames)
                + (rest > 0 ? Self.convolved(rest) : 0)
        }

        /// Length after three convolutions of stride 2, kernel 3, padding 1.
        static func convolved(_ length: Int) -> Int {
            (0..<3).reduce(length) { length, _ in (length - 1) / 2 + 1 }
        }
    }

    struct TextConfig: Decodable {
        let vocabSize: Int
        let hiddenSize: Int
        let intermediateSize: Int
        let numHiddenLayers: Int
        let numAttentionHeads: Int
        let numKeyValueHeads: Int
        let headDim: Int
        let rmsNormEps: Float
        let ropeTheta: Float
        let maxPositionEmbeddings: Int
        let tieWordEmbeddings: Bool?
    }

    struct TokenIds: Encodable {
        /// `<|audio_pad|>`, for which an audio embedding stands in.
        let audioPad: Int
        /// Every id that ends a transcript.
        let eos: [Int]
    }
}

extension ModelConfig {
    /// Reads and checks the configuration in `directory`.
    init(directory: URL) throws {
        let file = try Self.decode(ConfigFile.self, directory.appending(path: "config.json"))
        let root = file.thinkerConfig ?? file.root
        guard let audio = root.audioConfig, let text = root.textConfig else {
            throw ASRError.model(
                "\(directory.path)/config.json: audio_config or text_config is missing"
            )
        }
        var eos = text.eosTokenId?.ids ?? []
        let generation = directory.appending(path: "generation_config.json")
        if FileManager.default.fileExists(atPath: generation.path),
            let ids = try Self.decode(GenerationFile.self, generation).eosTokenId?.ids
        {
            eos = ids
        }
        self.audio = audio.config
        self.text = text.config
        let published = [151_645, 151_643].filter { $0 < text.config.vocabSize }
        tokens = TokenIds(
            audioPad: root.audioTokenId ?? 151_676, eos: eos.isEmpty ? published : eos)
        do {
            try check()
        } catch let error as ASRError {
            throw ASRError.model("\(directory.path)/config.json: \(error.message)")
        }
    }

    private static func decode<T: Decodable>(_ type: T.Type, _ url: URL) throws -> T {
        guard let data = try? Data(contentsOf: url) else {
            throw ASRError.model("\(url.path): cannot be read; a checkpoint folder needs it")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            throw ASRError.model("\(url.path): \(error.explanation)")
        }
    }

    /// Refuses sizes that no checkpoint has, before anything is allocated by them.
    private func check() throws {
        func within(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
            guard range.contains(value) else {
                throw ASRError.model(
                    "\(name) is \(value), expected \(range.lowerBound)…\(range.upperBound)")
            }
        }
        func divides(_ name: String, _ value: Int, by divisor: Int) throws {
            guard value % divisor == 0 else {
                throw ASRError.model("\(name) is \(value), expected a multiple of \(divisor)")
            }
        }
        let width = 1...65_536
        try within("num_mel_bins", audio.numMelBins, 128...128)
        try within("d_model", audio.dModel, 4...65_536)
        try within("encoder_layers", audio.encoderLayers, 1...256)
        try within("encoder_attention_heads", audio.encoderAttentionHeads, 1...1024)
        try within("encoder_ffn_dim", audio.encoderFfnDim, width)
        try within("downsample_hidden_size", audio.downsampleHiddenSize, 1...8192)
        try within("output_dim", audio.outputDim, width)
        try within("n_window", audio.nWindow, 1...10_000)
        try within("n_window_infer", audio.nWindowInfer, audio.chunkFrames...1_000_000)
        try divides("d_model", audio.dModel, by: audio.encoderAttentionHeads)
        try divides("d_model", audio.dModel, by: 2)
        try divides("n_window_infer", audio.nWindowInfer, by: audio.chunkFrames)
        try within("vocab_size", text.vocabSize, 1...4_194_304)
        try within("hidden_size", text.hiddenSize, width)
        try within("intermediate_size", text.intermediateSize, 1...262_144)
        try within("num_hidden_layers", text.numHiddenLayers, 1...512)
        try within("num_attention_heads", text.numAttentionHeads, 1...1024)
        try within("num_key_value_heads", text.numKeyValueHeads, 1...text.numAttentionHeads)
        try within("head_dim", text.headDim, 2...1024)
        try within("max_position_embeddings", text.maxPositionEmbeddings, 1...16_777_216)
        try divides("num_attention_heads", text.numAttentionHeads, by: text.numKeyValueHeads)
        try divides("head_dim", text.headDim, by: 2)
        guard text.ropeTheta.isFinite, text.ropeTheta > 0 else {
            throw ASRError.model("rope_theta is \(text.ropeTheta), expected a positive number")
        }
        guard text.rmsNormEps.isFinite, text.rmsNormEps >= 0 else {
            throw ASRError.model(
                "rms_norm_eps is \(text.rmsNormEps), expected a small positive number")
        }
        guard audio.outputDim == text.hiddenSize else {
            throw ASRError.model(
                "output_dim is \(audio.outputDim), but hidden_size is \(text.hiddenSize)")
        }
        try within("audio_token_id", tokens.audioPad, 0...(text.vocabSize - 1))
        for id in tokens.eos { try within("eos_token_id", id, 0...(text.vocabSize - 1)) }
    }
}

/// config.json: the sizes lie under `thinker_config`, or at the top in some conversions.
private struct ConfigFile: Decodable {
    let thinkerConfig: Thinker?
    let root: Thinker

    enum CodingKeys: CodingKey {
        case thinkerConfig
    }

    init(from decoder: any Decoder) throws {
        thinkerConfig = try decoder.container(keyedBy: CodingKeys.self)
            .decodeIfPresent(
                Thinker.self, forKey: .thinkerConfig)
        root = try thinkerConfig ?? Thinker(from: decoder)
    }

    struct Thinker: Decodable {
        let audioConfig: Audio?
        let textConfig: Text?
        let audioTokenId: Int?
    }

    struct Audio: Decodable {
        let config: ModelConfig.AudioConfig

        init(from decoder: any Decoder) throws {
            config = try ModelConfig.AudioConfig(from: decoder)
        }
    }

    struct Text: Decodable {
        let config: ModelConfig.TextConfig
        let eosTokenId: OneOrMany?

        enum CodingKeys: CodingKey {
            case eosTokenId
        }

        init(from decoder: any Decoder) throws {
            config = try ModelConfig.TextConfig(from: decoder)
            eosTokenId = try decoder.container(keyedBy: CodingKeys.self)
                .decodeIfPresent(
                    OneOrMany.self, forKey: .eosTokenId)
        }
    }
}

private struct GenerationFile: Decodable {
    let eosTokenId: OneOrMany?
}

/// `eos_token_id` is a number or a list.
private struct OneOrMany: Decodable {
    let ids: [Int]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let id = try? container.decode(Int.self) {
            ids = [id]
        } else {
            ids = try container.decode([Int].self)
        }
    }
}

extension DecodingError {
    /// What was wrong, with the path of the key, in a line.
    var explanation: String {
        func at(_ path: [any CodingKey]) -> String {
            path.map(\.stringValue).joined(separator: ".")
        }
        switch self {
        case .keyNotFound(let key, let context):
            return "\(at(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "\(at(context.codingPath)): \(context.debugDescription)"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "not valid JSON" : "\(at(context.codingPath)): \(context.debugDescription)"
        @unknown default: return "cannot be decoded"
        }
    }
}
