import MLX

/// How one tensor of a checkpoint becomes that of another: axes moved, cast, quantized by MLX.
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

    enum CodingKeys: CodingKey, CaseIterable {
        case type, to, shape, axes, bits, groupSize
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

        var values = source.array(input, shape)
        if let axes { values = values.transposed(axes: axes) }
        values = values.asType(target.dtype)

        var writer = Writer(out: out)
        guard let bits else {
            try writer.append(values, as: target)
            return writer.written
        }
        // Metal's kernel rounds halves away from zero, the processor's to even: with one of them the
        // same weights give the same bytes on every machine.
        let parts = quantized(values, groupSize: groupSize ?? 64, bits: bits, stream: .cpu)
        try writer.append(try parts.wq.values(UInt32.self))
        try writer.append(parts.scales, as: target)
        if let biases = parts.biases { try writer.append(biases, as: target) }
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
