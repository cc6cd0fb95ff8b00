// This folder: the files of a model, checked, the layers that are made of them, and the conversion
// of tensors for other files.
import MLX
import MLXNN

/// The tensors of a checkpoint folder, handed out by name and accounted for.
///
/// One loader for the published layouts: names as `TensorName` has them, conv weights in PyTorch's
/// or MLX's axis order, one file or shards with an index, float or affine-quantized modules of any
/// bits. What is quantized is decided by the weights (`<name>.scales` is there, bits
/// follow from the shapes), never by the name of the folder. A missing, surplus or misshapen tensor
/// is an error that names it.
final class Checkpoint {
    let directory: URL
    let config: ModelConfig
    let precision: Precision
    /// Bytes of all tensors in the files.
    let bytes: Int
    /// Bits of the quantized modules, with how many modules have them.
    private(set) var quantizedModules: [Int: Int] = [:]
    /// How many tensors are there that the model runs without.
    let additions: [TensorName.Addition: Int]
    /// What the products of the modules see, by their canonical names; empty unless observed.
    private(set) var inputMoments: [String: InputMoments] = [:]
    private let observesInputs: Bool

    private struct Stored {
        let name: String
        let file: URL
        let tensor: SafetensorsHeader.Tensor
    }

    private let stored: [String: Stored]
    private var arrays: [String: MLXArray]
    private var unclaimed: Set<String>
    private var bytesSinceClear = 0
    /// What was handed out as an array and may not have been read yet.
    private var vectors: [MLXArray] = []

    init(directory: URL, precision name: Precision.Name, observesInputs: Bool = false) throws {
        self.observesInputs = observesInputs
        self.directory = directory
        config = try ModelConfig(directory: directory)
        let files = try WeightFiles(directory: directory)

        var stored: [String: Stored] = [:]
        var additions: [TensorName.Addition: Int] = [:]
        for (file, header) in files.headers {
            for (name, tensor) in header.tensors {
                if let addition = TensorName.addition(name, file: file.lastPathComponent) {
                    additions[addition, default: 0] += 1
                    continue
                }
                let key = TensorName.canonical(name)
                guard stored[key] == nil else {
                    throw ASRError.model("\(file.path): tensor \(name) is in the checkpoint twice")
                }
                stored[key] = Stored(name: name, file: file, tensor: tensor)
            }
        }

        // A tied head is the embedding again; published files hold it once, twice, or quantized
        // along. That of an aligner cannot be.
        let isTied = config.text.tieWordEmbeddings == true || stored["lm_head.weight"] == nil
        hasOwnHead = config.aligner != nil || !isTied
        if !hasOwnHead { stored = stored.filter { !$0.key.hasPrefix("lm_head.") } }

        let kind = stored["model.embed_tokens.scales"] ?? stored["model.embed_tokens.weight"]
        precision = Precision(
            name, weights: Self.floatTypes[kind?.tensor.dtype ?? ""] ?? .float32,
            isAligner: config.aligner != nil)
        bytes = stored.values.reduce(0) { total, entry in
            total
                + entry.tensor.shape.reduce(
                    SafetensorsHeader.elementSize[entry.tensor.dtype] ?? 0, *)
        }
        self.stored = stored
        self.additions = additions
        unclaimed = Set(stored.keys)
        arrays = [:]
        for (file, loaded) in try files.arrays() {
            for (key, entry) in stored where entry.file == file {
                arrays[key] = loaded[entry.name]
            }
        }
    }

    /// The output head is not the embedding.
    let hasOwnHead: Bool

    static let floatTypes: [String: DType] = ["F32": .float32, "F16": .float16, "BF16": .bfloat16]

    // MARK: Tensors

    func holds(_ name: String) -> Bool {
        stored[name] != nil
    }

    /// Bytes of tensors after which what was freed meanwhile goes back to the system: tensors that
    /// are not packed straight from their file are read into memory of their own.
    private static let bytesBetweenClears = 64_000_000

    /// Takes a tensor with its shape and dtype checked.
    private func claim(_ name: String, shapes: [[Int]], dtypes: [String]) throws -> MLXArray {
        guard let entry = stored[name], let array = arrays.removeValue(forKey: name) else {
            throw ASRError.model("\(directory.path): tensor \(name) is missing")
        }
        let tensor = "\(entry.file.path): tensor \(entry.name)"
        guard dtypes.contains(entry.tensor.dtype) else {
            let expected = dtypes.joined(separator: " or ")
            throw ASRError.model("\(tensor) is \(entry.tensor.dtype), expected \(expected)")
        }
        guard shapes.contains(entry.tensor.shape) else {
            let expected = shapes.map(\.description).joined(separator: " or ")
            throw ASRError.model("\(tensor) has shape \(entry.tensor.shape), expected \(expected)")
        }
        unclaimed.remove(name)
        bytesSinceClear += array.nbytes
        if bytesSinceClear > Self.bytesBetweenClears {
            Memory.clearCache()
            bytesSinceClear = 0
        }
        return array
    }

    private static let floats = floatTypes.keys.sorted()

    /// A float vector in the type of the activations.
    func vector(_ name: String, _ size: Int) throws -> MLXArray {
        let vector = try claim(name, shapes: [[size]], dtypes: Self.floats)
            .asType(precision.activations)
        vectors.append(vector)
        return vector
    }

    private func matrix(_ name: String, _ shape: [Int]) throws -> MLXArray {
        let array = try claim(name, shapes: [shape], dtypes: Self.floats)
        return precision.castsMatrices ? array.asType(precision.activations) : array
    }

    /// A 3×3 convolution of stride 2 with bias. Its weight is stored as [outputs, 3, 3, inputs], or
    /// as PyTorch does, [outputs, inputs, 3, 3].
    func convolution(_ name: String, inputs: Int, outputs: Int) throws -> Conv2d {
        let ours = [outputs, 3, 3, inputs]
        let torch = [outputs, inputs, 3, 3]
        let array = try claim("\(name).weight", shapes: [ours, torch], dtypes: Self.floats)
        let isTorch = stored["\(name).weight"]?.tensor.shape == torch && torch != ours
        let weight = (isTorch ? array.transposed(0, 2, 3, 1) : array).asType(precision.activations)
        let convolution = Conv2d(
            inputChannels: inputs, outputChannels: outputs, kernelSize: 3, stride: 2, padding: 1)
        Platform.load(
            convolution, weight: weight, bias: try vector("\(name).bias", outputs), rounding(name))
        return convolution
    }

    /// A projection [outputs, inputs], float or quantized.
    func linear(_ name: String, inputs: Int, outputs: Int, bias: Bool) throws -> Projection {
        try stacked([(name, outputs)], inputs: inputs, bias: bias)
    }

    private func rounding(_ name: String) -> Precision.Rounding {
        precision.rounding(of: name, isQuantized: holds("\(name).scales"))
    }

    /// Projections of the same input as one, their outputs in a row. Nil when their formats differ.
    func joinedLinear(_ parts: [(name: String, outputs: Int)], inputs: Int, bias: Bool) throws
        -> Projection?
    {
        // Format: the words and groups of a quantized row, or the type of float weights; and how
        // far products may be rounded.
        let formats = Set(
            parts.map { part in
                let stored =
                    holds("\(part.name).scales")
                    ? [width("\(part.name).weight"), width("\(part.name).scales")].description
                    : stored["\(part.name).weight"]?.tensor.dtype
                return "\(stored ?? "missing") \(rounding(part.name))"
            })
        return formats.count == 1 ? try stacked(parts, inputs: inputs, bias: bias) : nil
    }

    private func stacked(_ parts: [(name: String, outputs: Int)], inputs: Int, bias: Bool) throws
        -> Projection
    {
        func stack(_ arrays: [MLXArray]) -> MLXArray {
            arrays.count == 1 ? arrays[0] : concatenated(arrays, axis: 0)
        }
        let bias = bias ? stack(try parts.map { try vector("\($0.name).bias", $0.outputs) }) : nil
        guard holds("\(parts[0].name).scales") else {
            let weights = try parts.map { try matrix("\($0.name).weight", [$0.outputs, inputs]) }
            let linear = Platform.linear(
                weight: stack(weights), bias: bias, rounding(parts[0].name))
            return Projection(linear, inputs: observed(parts.map(\.name), inputs: inputs))
        }
        let codes = try parts.map { try quantized($0.name, rows: $0.outputs, columns: inputs) }
        let stacked = AffineCodes(
            weight: stack(codes.map(\.weight)), scales: stack(codes.map(\.scales)),
            biases: stack(codes.map(\.biases)), groupSize: codes[0].groupSize, bits: codes[0].bits)
        return Projection(
            Platform.linear(stacked, bias: bias, rounding(parts[0].name)),
            inputs: observed(parts.map(\.name), inputs: inputs))
    }

    /// Where modules of the same input remember it; nil where nobody asked for that.
    private func observed(_ names: [String], inputs: Int) -> InputMoments? {
        guard observesInputs else { return nil }
        let moments = InputMoments(inputs: inputs)
        for name in names { inputMoments[name] = moments }
        return moments
    }

    /// A table of `rows` vectors, float or quantized.
    func embedding(_ name: String, rows: Int, dimensions: Int) throws -> Embedding {
        guard holds("\(name).scales") else {
            return Platform.embedding(
                weight: try matrix("\(name).weight", [rows, dimensions]), rounding(name))
        }
        return Platform.embedding(
            try quantized(name, rows: rows, columns: dimensions), rows: rows,
            dimensions: dimensions, rounding(name))
    }

    /// Elements in a row of a stored matrix; 0 when it is no matrix.
    private func width(_ name: String) -> Int {
        guard let shape = stored[name]?.tensor.shape, shape.count == 2 else { return 0 }
        return shape[1]
    }

    private func quantized(_ name: String, rows: Int, columns: Int) throws -> AffineCodes {
        let (packed, groups) = (width("\(name).weight"), width("\(name).scales"))
        let bits = packed * 32 / columns
        guard packed * 32 % columns == 0, [2, 3, 4, 5, 6, 8].contains(bits), groups > 0,
            columns % groups == 0,
            [32, 64, 128].contains(columns / groups)
        else {
            throw ASRError.model(
                "\(directory.path): \(name): bad quantization (\(packed) words, \(groups) groups)"
            )
        }
        quantizedModules[bits, default: 0] += 1
        let scales = try claim("\(name).scales", shapes: [[rows, groups]], dtypes: Self.floats)
        let biases = try claim("\(name).biases", shapes: [[rows, groups]], dtypes: Self.floats)
        return AffineCodes(
            weight: try claim("\(name).weight", shapes: [[rows, packed]], dtypes: ["U32"]),
            scales: precision.castsMatrices ? scales.asType(precision.activations) : scales,
            biases: precision.castsMatrices ? biases.asType(precision.activations) : biases,
            groupSize: columns / groups, bits: bits
        )
    }

    /// Call when the model is built: a tensor that nothing asked for means that this is another
    /// model. What is left to read is read, so that nothing is later, when the files may be gone.
    func finish() throws {
        if let name = unclaimed.min(), let entry = stored[name] {
            let others = unclaimed.count > 1 ? " and \(unclaimed.count - 1) more" : ""
            throw ASRError.model("\(entry.file.path): unexpected tensor \(entry.name)\(others)")
        }
        try evaluate(vectors)
        vectors = []
    }
}

/// Affine-quantized weights: value = code · scale + bias, for each group of inputs.
struct AffineCodes {
    /// uint32 [rows, columns · bits / 32]
    let weight: MLXArray
    /// [rows, columns / groupSize], as `biases`
    let scales: MLXArray
    let biases: MLXArray
    let groupSize: Int
    let bits: Int
}
