/// The header of a safetensors file, checked by safetensors' own rules before MLX reads the file.
///
/// MLX 0.31.1 does not check the offsets and loses the error of a failed read, so that a truncated
/// file would load as uninitialised memory. Rules: `safetensors/src/tensor.rs`
/// (huggingface/safetensors): header of at most 100 MB that begins with `{`; size = shape × dtype
/// without overflow; tensors contiguous from 0 to the end of the file.
package struct SafetensorsHeader {
    package struct Tensor {
        package let dtype: String
        package let shape: [Int]
    }

    package let tensors: [String: Tensor]

    static let longestHeader = 100_000_000

    /// Bytes of one element of the dtypes that a checkpoint may hold.
    static let elementSize = [
        "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "U16": 2, "I16": 2, "F16": 2,
        "BF16": 2,
        "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
    ]

    package init(file: URL) throws {
        func bad(_ reason: String) -> ASRError {
            .model("\(file.path): \(reason); download or convert the checkpoint again")
        }
        guard let handle = FileReader(path: file.path) else {
            let exists = FileManager.default.fileExists(atPath: file.path)
            throw ASRError.model(
                "\(file.path): the file \(exists ? "cannot be read" : "is missing")")
        }
        let size = handle.size
        guard let prefix = handle.read(at: 0, count: 8) else {
            throw bad("\(size) bytes are too few for a safetensors file")
        }
        let length = prefix.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
        }
        guard length <= UInt64(Self.longestHeader) else {
            throw bad("the header claims \(length) bytes")
        }
        guard let json = handle.read(at: 8, count: Int(length)) else {
            throw bad("the file ends inside its header (\(size) bytes)")
        }
        guard json.first == UInt8(ascii: "{") else { throw bad("the header is not JSON") }
        let entries: [String: Entry]
        do {
            entries = try JSONDecoder().decode(Entries.self, from: Data(json)).tensors
        } catch let error as DecodingError {
            throw bad("header: \(error.explanation)")
        }

        var end = 0
        for (name, entry) in entries.sorted(by: {
            ($0.value.start, $0.value.end) < ($1.value.start, $1.value.end)
        }) {
            guard let elementSize = Self.elementSize[entry.dtype] else {
                throw bad("tensor \(name) has the unknown dtype \(entry.dtype)")
            }
            guard entry.start == end else {
                throw bad(
                    "tensor \(name) begins at \(entry.start), expected \(end): a gap or an overlap")
            }
            guard let bytes = Self.product(entry.shape, elementSize),
                entry.end - entry.start == bytes
            else {
                throw bad(
                    "tensor \(name), \(entry.dtype) \(entry.shape), has the wrong size"
                )
            }
            end = entry.end
        }
        let data = size - 8 - Int(length)
        guard end == data else {
            throw bad(
                end > data
                    ? "truncated: \(end - data) of \(end) bytes are missing"
                    : "\(data - end) bytes after the last tensor")
        }
        tensors = entries.mapValues { Tensor(dtype: $0.dtype, shape: $0.shape) }
    }

    private static func product(_ shape: [Int], _ elementSize: Int) -> Int? {
        var bytes = elementSize
        for extent in shape {
            guard extent >= 0 else { return nil }
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            bytes = product
        }
        return bytes
    }
}

private struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let start: Int
    let end: Int

    enum CodingKeys: String, CodingKey {
        case dtype
        case shape
        case offsets = "data_offsets"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        dtype = try container.decode(String.self, forKey: .dtype)
        shape = try container.decode([Int].self, forKey: .shape)
        let offsets = try container.decode([Int].self, forKey: .offsets)
        guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0] else {
            throw DecodingError.dataCorruptedError(
                forKey: .offsets, in: container, debugDescription: "offsets must be a growing pair")
        }
        (start, end) = (offsets[0], offsets[1])
    }
}

/// All entries but `__metadata__`, which must map strings to strings.
private struct Entries: Decodable {
    let tensors: [String: Entry]

    struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init?(intValue: Int) { nil }
        init(stringValue: String) { self.stringValue = stringValue }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        var tensors: [String: Entry] = [:]
        for key in container.allKeys {
            if key.stringValue == "__metadata__" {
                _ = try container.decode([String: String].self, forKey: key)
            } else {
                tensors[key.stringValue] = try container.decode(Entry.self, forKey: key)
            }
        }
        self.tensors = tensors
    }
}
