import MLX

/// How one tensor of a checkpoint becomes that of another: axes moved, cast, quantized.
struct TensorConversion: StrictOptions {
    /// Types as safetensors names them; `to` is what the values, or scales and biases, come out in.
    let type: String
    let to: String?
    let shape: [Int]
    /// The order of the axes in the result.
    let axes: [Int]?
    /// Affine quantization along the last axis, with a scale and a bias for each group.
    let bits: Int?
    let groupSize: Int?
    /// Who chooses scales, biases and codes; MLX where it is nil.
    let quantizer: Quantizer?
    /// How much an error of each column counts, for the search; nil: all the same.
    let importance: [Float]?

    enum Quantizer: String, Decodable {
        case mlx, search
    }

    enum CodingKeys: CodingKey, CaseIterable {
        case type, to, shape, axes, bits, groupSize, quantizer, importance
    }

    /// Writes the result to `out`, row-major: the values, or the packed codes, the scales and the
    /// biases one after the other. Returns the bytes written.
    func convert(_ input: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) throws
        -> Int
    {
        // Blocks of many sizes follow each other; what one leaves must not add up.
        defer { Memory.clearCache() }
        let source = try StoredFloat(type)
        let target = try StoredFloat(to ?? type)
        try check(bytes: input.count, elementSize: source.dtype.size)
        try source.checkFinite(input)

        let original = source.array(input, shape)
        let moved = axes.map { original.transposed(axes: $0) } ?? original
        let values = moved.asType(target.dtype)

        var writer = Writer(out: out)
        guard let bits else {
            try writer.append(values, as: target)
            return writer.written
        }
        // Metal's kernel rounds halves away from zero, the processor's to even: with one of them
        // the same weights give the same bytes on every machine.
        let group = groupSize ?? 64
        let parts = quantized(values, groupSize: group, bits: bits, stream: .cpu)
        guard let biases = parts.biases else {
            throw ASRError.native("MLX gave no biases for affine quantization")
        }
        if quantizer == .search {
            let found = AffineSearch(bits: bits, groupSize: group, stored: target.scale)
                .improve(
                    try original.values(Float.self),
                    importance: importance ?? [Float](repeating: 1, count: shape[1]),
                    scales: try parts.scales.values(Float.self),
                    biases: try biases.values(Float.self))
            try writer.append(found.codes)
            for values in [found.scales, found.biases] {
                try writer.append(MLXArray(values).asType(target.dtype), as: target)
            }
        } else {
            try writer.append(try parts.wq.values(UInt32.self))
            try writer.append(parts.scales, as: target)
            try writer.append(biases, as: target)
        }
        return writer.written
    }

    private func check(bytes: Int, elementSize: Int) throws {
        var expected = elementSize
        for extent in shape {
            let (product, overflow) = expected.multipliedReportingOverflow(by: extent)
            guard extent > 0, extent <= Int32.max, !overflow else {
                throw ASRError.usage("\(shape) is no shape of an array")
            }
            expected = product
        }
        guard bytes == expected else {
            throw ASRError.usage("\(type) \(shape) has \(expected) bytes, the buffer \(bytes)")
        }
        if let axes, axes.sorted() != Array(shape.indices) {
            throw ASRError.usage("axes \(axes) is no order of the axes of \(shape)")
        }
        let group = groupSize ?? 64
        if let bits, ![2, 3, 4, 5, 6, 8].contains(bits) || ![32, 64, 128].contains(group) {
            throw ASRError.usage("MLX has no quantization of \(bits) bits in groups of \(group)")
        }
        if bits != nil, shape.count != 2 || axes != nil || shape[1] % group != 0 {
            throw ASRError.usage("\(shape) is no matrix of rows of whole groups of \(group)")
        }
        guard let importance else { return }
        guard bits != nil, quantizer == .search else {
            throw ASRError.usage("importance is for the quantizer search")
        }
        guard importance.count == shape[1], importance.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw ASRError.usage(
                "importance takes \(shape[1]) finite numbers above 0, one for each column")
        }
    }
}

/// A float type by its name in safetensors, handled as bits: Swift has no bfloat16.
private struct StoredFloat {
    let name: String
    let dtype: DType

    init(_ name: String) throws {
        guard let dtype = Checkpoint.floatTypes[name] else {
            let known = Checkpoint.floatTypes.keys.sorted().joined(separator: ", ")
            throw ASRError.usage("\(name) is no float type; there are \(known)")
        }
        (self.name, self.dtype) = (name, dtype)
    }

    /// How scales and biases of this type are rounded.
    var scale: StoredScale {
        switch dtype {
        case .bfloat16: .bfloat16
        case .float16: .float16
        default: .float32
        }
    }

    func array(_ bytes: UnsafeRawBufferPointer, _ shape: [Int]) -> MLXArray {
        dtype.size == 2
            ? MLXArray(bytes.assumingMemoryBound(to: UInt16.self), shape).view(dtype: dtype)
            : MLXArray(bytes.assumingMemoryBound(to: UInt32.self), shape).view(dtype: dtype)
    }

    /// All bits of the exponent are set in infinities and NaN alone.
    func checkFinite(_ bytes: UnsafeRawBufferPointer) throws {
        let isFinite =
            switch dtype {
            case .bfloat16: hasNone(UInt16(0x7F80), in: bytes)
            case .float16: hasNone(UInt16(0x7C00), in: bytes)
            default: hasNone(UInt32(0x7F80_0000), in: bytes)
            }
        if !isFinite { throw ASRError.model("a value is not finite in \(name)") }
    }

    private func hasNone<Bits: FixedWidthInteger>(
        _ mask: Bits, in bytes: UnsafeRawBufferPointer
    ) -> Bool {
        stride(from: 0, to: bytes.count, by: MemoryLayout<Bits>.size)
            .allSatisfy { bytes.loadUnaligned(fromByteOffset: $0, as: Bits.self) & mask != mask }
    }
}

/// Fills the caller's buffer from its start.
private struct Writer {
    let out: UnsafeMutableRawBufferPointer
    private(set) var written = 0

    init(out: UnsafeMutableRawBufferPointer) {
        self.out = out
    }

    mutating func append(_ values: MLXArray, as type: StoredFloat) throws {
        if type.dtype.size == 2 {
            try append(try values.view(dtype: .uint16).values(UInt16.self), type)
        } else {
            try append(try values.view(dtype: .uint32).values(UInt32.self), type)
        }
    }

    mutating func append<T>(_ values: [T], _ type: StoredFloat? = nil) throws {
        try values.withUnsafeBytes { bytes in
            try type?.checkFinite(bytes)
            guard bytes.count <= out.count - written else {
                throw ASRError.usage("the result does not fit in \(out.count) bytes")
            }
            UnsafeMutableRawBufferPointer(rebasing: out[written...]).copyMemory(from: bytes)
        }
        written += values.count * MemoryLayout<T>.stride
    }
}
