import MLX

/// The safetensors files of a checkpoint folder: which there are, their checked headers, and what
/// MLX reads from them.
struct WeightFiles {
    /// In the order of their names.
    let headers: [(file: URL, header: SafetensorsHeader)]

    /// Throws ASRError `model` for a folder without weights, and for a header or an index that is
    /// wrong.
    init(directory: URL) throws {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path)
        else {
            throw ASRError.model("\(directory.path): no such model folder")
        }
        let index = try Self.shardsByTensor(directory.appending(path: Self.index))
        let shards =
            index.map { Set($0.values).sorted() }
            ?? names.filter { $0.hasSuffix(".safetensors") && !$0.hasPrefix(".") }.sorted()
        guard !shards.isEmpty else {
            throw ASRError.model(
                "\(directory.path): no .safetensors file; is the download complete?")
        }
        headers = try shards.map {
            let file = directory.appending(path: $0)
            return (file, try SafetensorsHeader(file: file))
        }
        // Every tensor that the index promises must lie in the shard that it names.
        let found = Dictionary(
            uniqueKeysWithValues: headers.map { ($0.lastPathComponent, $1.tensors) })
        for (name, shard) in index ?? [:] where found[shard]?[name] == nil {
            throw ASRError.model(
                "\(directory.path)/\(shard): tensor \(name) is missing, but \(Self.index) lists it")
        }
    }

    private static let index = "model.safetensors.index.json"
    private static let maxIndexBytes = 32_000_000

    /// The shard of each tensor; nil where there is no index.
    private static func shardsByTensor(_ file: URL) throws -> [String: String]? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let fields = try JSONFields(file: file, maxBytes: maxIndexBytes)
        return try fields.section("weight_map").values.mapValues { value in
            guard case .string(let name) = value, !name.contains("/"),
                name.hasSuffix(".safetensors")
            else {
                throw ASRError.model(
                    "\(file.path): \(value.description) is not a shard of this folder")
            }
            return name
        }
    }

    /// The tensors of each file by the names that they have there, not read before they are needed.
    func arrays() throws -> [(file: URL, arrays: [String: MLXArray])] {
        try headers.map { file, header in
            let loaded: [String: MLXArray]
            do {
                loaded = try loadArrays(url: file)
            } catch {
                throw ASRError.model("\(file.path): MLX cannot load it: \(error)")
            }
            try header.compare(
                with: loaded.mapValues { .init(dtype: $0.dtype, shape: $0.shape) }, of: file)
            return (file, loaded)
        }
    }
}

extension SafetensorsHeader {
    /// What a tensor is once MLX has read the header, too.
    package struct Loaded {
        let dtype: DType
        let shape: [Int]

        package init(dtype: DType, shape: [Int]) {
            (self.dtype, self.shape) = (dtype, shape)
        }
    }

    private static let loadedTypes: [String: DType] = Checkpoint.floatTypes
        .merging(["U32": .uint32]) { $1 }

    /// What was checked must be what is used: a kernel trusts the shape that it is given. Types
    /// that no weights are stored in are not compared.
    package func compare(with loaded: [String: Loaded], of file: URL) throws {
        guard Set(loaded.keys) == Set(tensors.keys) else {
            throw ASRError.model("\(file.path): MLX finds other tensors than its header has")
        }
        for (name, tensor) in tensors {
            guard let found = loaded[name], found.shape == tensor.shape,
                Self.loadedTypes[tensor.dtype].map({ $0 == found.dtype }) ?? true
            else {
                throw ASRError.model("\(file.path): MLX reads tensor \(name) as another one")
            }
        }
    }
}
