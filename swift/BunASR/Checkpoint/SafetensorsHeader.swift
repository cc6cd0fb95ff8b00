/// The header of a safetensors file, checked by safetensors' own rules before MLX reads the file.
///
/// MLX 0.31.1 does not check the offsets and loses the error of a failed read, so that a truncated
/// file would load as uninitialised memory. Rules: `safetensors/src/tensor.rs`
/// (huggingface/safetensors): header of at most 100 MB; size = shape × dtype
/// without overflow; tensors contiguous from 0 to the end of the file. Stricter than they are:
/// no name stands twice, and numbers are plain whole ones, so that MLX cannot read another header.
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
        let entries: [String: Entry]
        do {
            guard case .object(let fields) = try JSONValue(json) else {
                throw bad("the header is not a JSON object")
            }
            entries = try Self.entries(fields)
        } catch let fault as JSONValue.Fault {
            throw bad("header: \(fault.reason)")
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

    private struct Entry {
        let dtype: String
        let shape: [Int]
        let start: Int
        let end: Int
    }

    /// All entries but `__metadata__`, which maps strings to strings, or is null for none.
    private static func entries(_ fields: [String: JSONValue]) throws -> [String: Entry] {
        var entries: [String: Entry] = [:]
        for (name, value) in fields {
            if name == "__metadata__" {
                guard value.isMetadata else {
                    throw JSONValue.Fault(reason: "__metadata__ does not map strings to strings")
                }
            } else {
                entries[name] = try entry(name, value)
            }
        }
        return entries
    }

    private static func entry(_ name: String, _ value: JSONValue) throws -> Entry {
        guard case .object(let fields) = value, case .string(let dtype)? = fields["dtype"],
            let shape = fields["shape"]?.counts, let offsets = fields["data_offsets"]?.counts
        else {
            throw JSONValue.Fault(reason: "the entry of tensor \(name) is malformed")
        }
        guard offsets.count == 2, offsets[1] >= offsets[0] else {
            throw JSONValue.Fault(reason: "the offsets of tensor \(name) must be a growing pair")
        }
        return Entry(dtype: dtype, shape: shape, start: offsets[0], end: offsets[1])
    }
}

extension JSONValue {
    fileprivate var isMetadata: Bool {
        switch self {
        case .null: true
        case .object(let fields):
            fields.values.allSatisfy { if case .string = $0 { true } else { false } }
        default: false
        }
    }

    /// A list of whole numbers from 0 on, spelt with digits alone; nil for anything else.
    fileprivate var counts: [Int]? {
        guard case .array(let items) = self else { return nil }
        let counts = items.compactMap { item -> Int? in
            guard case .number(let text) = item, text.allSatisfy(\.isWholeNumber) else {
                return nil
            }
            return Int(text)
        }
        return counts.count == items.count ? counts : nil
    }
}
