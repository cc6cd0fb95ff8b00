// This folder: the model, one code for Apple silicon and Linux. A `Model` holds the stages with
// their weights, a `Session` one recording on its way through them; each stage has a folder.
import MLX

/// An open checkpoint: the three stages with their weights.
final class Model {
    struct Options: StrictOptions {
        var precision: Precision.Name?
        var threads: Int?
        /// See `BufferPool`.
        var bufferCacheBytes: Int?
        /// See `SliceBudget`.
        var sliceOperations: Int?
        /// See `InputMoments`.
        var observeInputs: Bool?
        /// Pairs of a layer and a head, see `Session.alignment`.
        var alignmentHeads: [[Int]]?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case precision, threads, bufferCacheBytes, sliceOperations, observeInputs
            case alignmentHeads
        }
    }

    let config: ModelConfig
    let encoder: AudioEncoder
    let decoder: QuantizedTextDecoder
    let sliceBudget: SliceBudget
    let alignmentHeads: [AlignmentHead]
    /// What the products of the modules saw; empty unless they are observed.
    private let inputMoments: [String: InputMoments]
    /// JSON of `Info`.
    let info: String
    /// Of the last prompt that began with text before its audio.
    private var lastPromptStart: PromptStart?
    /// Preprocessors by recipe, made at first use.
    private var preprocessors: [AudioPreprocessing.Recipe: AudioPreprocessing] = [:]

    init(directory: String, options: Options) throws {
        guard let kernels = Platform.kernels() else { throw ASRError.native(Platform.problem()) }
        if let threads = options.threads, !(1...1024).contains(threads) {
            throw ASRError.usage("threads is \(threads), expected 1…1024")
        }
        Platform.setThreads(options.threads)
        try BufferPool.setLimit(options.bufferCacheBytes)
        sliceBudget = try SliceBudget(operations: options.sliceOperations)
        let checkpoint = try Checkpoint(
            directory: URL(filePath: directory), precision: options.precision ?? .auto,
            observesInputs: options.observeInputs ?? false)
        config = checkpoint.config
        alignmentHeads = try AlignmentHead.parse(options.alignmentHeads ?? [], of: config.text)
        encoder = try AudioEncoder(checkpoint)
        decoder = try QuantizedTextDecoder(checkpoint)
        try checkpoint.finish()
        inputMoments = checkpoint.inputMoments
        info = try JSONText(Info(checkpoint, kernels: kernels, alignmentHeads)).text
        // Loading read whole files; what is not part of the model now goes back.
        Memory.clearCache()
    }

    /// Nothing may read the weights any more.
    deinit {
        finishEvaluation()
    }

    /// Mean squares of the inputs that a module's product saw since the model was opened, [inputs].
    func inputs(of module: String) throws -> [Float] {
        if let moments = inputMoments[module] { return moments.means }
        throw ASRError.usage(
            inputMoments.isEmpty
                ? "inputs are remembered by a model that was opened with observeInputs alone"
                : "there is no product of a module \(module)")
    }

    /// What the decoder gave for a text with which a prompt begins, if the last one began the same.
    func promptStart(_ ids: [Int32]) -> PromptStart? {
        lastPromptStart.flatMap { $0.ids == ids ? $0 : nil }
    }

    /// Keeps what `cache` holds of the text with which a prompt began. Not where inputs are
    /// observed, as each prompt counts there.
    func keepPromptStart(_ ids: [Int32], in cache: [KVCache]) throws {
        guard (1...PromptStart.longest).contains(ids.count), inputMoments.isEmpty,
            promptStart(ids) == nil
        else { return }
        lastPromptStart = try PromptStart(ids, in: cache)
    }

    func preprocessing(_ recipe: AudioPreprocessing.Recipe) throws -> AudioPreprocessing {
        if let made = preprocessors[recipe] { return made }
        let made = try AudioPreprocessing(recipe: recipe)
        preprocessors[recipe] = made
        return made
    }

    /// What `asr_model_info` tells.
    private struct Info: Encodable {
        let directory: String
        let precision: Precision.Name
        let activations: String
        /// Modules by their bits; empty for a float checkpoint.
        let quantizedModules: [String: Int]
        /// Tensors that the model runs without, by what they are; empty as a rule.
        let ignoredTensors: [String: Int]
        let weightBytes: Int
        let kernels: String
        let threads: Int?
        let sampleRate: Int
        let melBins: Int
        let encoderLayers: Int
        let decoderLayers: Int
        let hiddenSize: Int
        let vocabSize: Int
        let maxPositions: Int
        let windowFrames: Int
        let windowTokens: Int
        /// Attention heads of a decoder layer.
        let decoderHeads: Int
        /// Number of the heads whose attention may be asked for.
        let alignmentHeads: Int
        /// 0 for a recognizer, as `segmentMs`.
        let classes: Int
        let segmentMs: Double
        let tokens: ModelConfig.TokenIds

        init(_ checkpoint: Checkpoint, kernels: String, _ alignmentHeads: [AlignmentHead]) {
            let config = checkpoint.config
            directory = checkpoint.directory.path
            precision = checkpoint.precision.name
            activations = "\(checkpoint.precision.activations)"
            quantizedModules = Dictionary(
                uniqueKeysWithValues: checkpoint.quantizedModules.map { ("\($0.key)", $0.value) })
            ignoredTensors = Dictionary(
                uniqueKeysWithValues: checkpoint.additions.map { ($0.key.rawValue, $0.value) })
            weightBytes = checkpoint.bytes
            self.kernels = kernels
            threads = Platform.threads
            sampleRate = AudioPreprocessing.sampleRate
            melBins = AudioPreprocessing.mels
            encoderLayers = config.audio.encoderLayers
            decoderLayers = config.text.numHiddenLayers
            hiddenSize = config.text.hiddenSize
            vocabSize = config.text.vocabSize
            maxPositions = config.text.maxPositionEmbeddings
            windowFrames = config.audio.nWindowInfer
            windowTokens = config.audio.windowTokens
            decoderHeads = config.text.numAttentionHeads
            self.alignmentHeads = alignmentHeads.count
            classes = config.aligner?.classes ?? 0
            segmentMs = config.aligner?.segmentMs ?? 0
            tokens = config.tokens
        }
    }
}
