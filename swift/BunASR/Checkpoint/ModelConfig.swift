/// The sizes and token ids of one checkpoint, from its config.json and generation_config.json.
///
/// Field names as in the official `configuration_qwen3_asr.py`, or as transformers 5 writes them.
/// Class defaults differ from the published checkpoints, so nothing but the optional fields below
/// has a default here.
struct ModelConfig {
    let audio: AudioConfig
    let text: TextConfig
    let tokens: TokenIds
    /// Nil for a recognizer.
    let aligner: AlignerConfig?

    struct AudioConfig {
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

    struct TextConfig {
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
        /// An aligner's `<timestamp>`, at which its head gives a class.
        let timestamp: Int?
    }
}

extension ModelConfig {
    /// Longer ones are no configuration.
    static let maxBytes = 1_000_000

    /// Reads and checks the configuration in `directory`.
    init(directory: URL) throws {
        let file = directory.appending(path: "config.json")
        let root = try JSONFields(file: file, maxBytes: Self.maxBytes)
        // The sizes lie under `thinker_config`, or at the top.
        let fields = try root.optionalSection("thinker_config") ?? root
        let textFields = try fields.section("text_config")
        audio = try AudioConfig(fields.section("audio_config"))
        // At the top transformers 5 goes by what the whole model says, elsewhere the decoder's
        // own word counts.
        let tied = root.values["thinker_config"] == nil ? [fields, textFields] : [textFields]
        text = try TextConfig(
            textFields,
            isTied: try tied.compactMap { try $0.optionalBool("tie_word_embeddings") }.first)

        var eos = try textFields.ints("eos_token_id") ?? fields.ints("eos_token_id") ?? []
        let generation = directory.appending(path: "generation_config.json")
        if FileManager.default.fileExists(atPath: generation.path),
            let ids = try JSONFields(file: generation, maxBytes: Self.maxBytes).ints("eos_token_id")
        {
            eos = ids
        }
        let published = [151_645, 151_643].filter { [text] in $0 < text.vocabSize }
        aligner = try AlignerConfig(root, fields, vocabSize: text.vocabSize, in: directory)
        tokens = TokenIds(
            audioPad: try fields.optionalInt("audio_token_id") ?? 151_676,
            eos: eos.isEmpty ? published : eos, timestamp: aligner?.timestamp)
        do {
            try check()
        } catch let error as ASRError {
            throw ASRError.model("\(file.path): \(error.message)")
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
        guard let aligner else { return }
        try within("classify_num", aligner.classes, 3...1_000_000)
        try within("timestamp_token_id", aligner.timestamp, 0...(text.vocabSize - 1))
        guard aligner.timestamp != tokens.audioPad else {
            throw ASRError.model("timestamp_token_id is audio_token_id, too")
        }
        guard aligner.segmentMs > 0, aligner.segmentMs <= 10_000 else {
            throw ASRError.model(
                "timestamp_segment_time is \(aligner.segmentMs), expected milliseconds above 0")
        }
    }
}

extension ModelConfig.AudioConfig {
    init(_ fields: JSONFields) throws {
        numMelBins = try fields.int("num_mel_bins")
        dModel = try fields.int("d_model", "hidden_size")
        encoderLayers = try fields.int("encoder_layers", "num_hidden_layers")
        encoderAttentionHeads = try fields.int("encoder_attention_heads", "num_attention_heads")
        encoderFfnDim = try fields.int("encoder_ffn_dim", "intermediate_size")
        downsampleHiddenSize = try fields.int("downsample_hidden_size")
        outputDim = try fields.int("output_dim")
        nWindow = try fields.int("n_window")
        nWindowInfer = try fields.int("n_window_infer")
    }
}

extension ModelConfig.TextConfig {
    init(_ fields: JSONFields, isTied: Bool?) throws {
        vocabSize = try fields.int("vocab_size")
        hiddenSize = try fields.int("hidden_size")
        intermediateSize = try fields.int("intermediate_size")
        numHiddenLayers = try fields.int("num_hidden_layers")
        numAttentionHeads = try fields.int("num_attention_heads")
        numKeyValueHeads = try fields.int("num_key_value_heads")
        headDim = try fields.int("head_dim")
        maxPositionEmbeddings = try fields.int("max_position_embeddings")
        tieWordEmbeddings = isTied
        guard let eps = try fields.optionalFloat("rms_norm_eps") else {
            throw fields.bad("rms_norm_eps", "is missing")
        }
        rmsNormEps = eps
        let rope = try fields.optionalSection("rope_parameters")
        let thetas = try [rope, fields].compactMap { try $0?.optionalFloat("rope_theta") }
        guard let theta = thetas.first else { throw fields.bad("rope_theta", "is missing") }
        guard thetas.allSatisfy({ $0 == theta }) else {
            throw fields.bad("rope_theta", "is not what rope_parameters says")
        }
        ropeTheta = theta
    }
}
