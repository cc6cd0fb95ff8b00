/// A JSON text as it can be read in one way only.
///
/// Readers differ in what they make of a name that stands twice in an object: the first entry, the
/// last, or an error. Where one of them checks what another one uses, that is a hole, so such a
/// text is refused here at every level, as is one that is nested deeper than `maxDepth`.
/// Otherwise RFC 8259. Numbers keep their spelling until somebody asks for one.
package enum JSONValue {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Levels of objects and arrays.
    static let maxDepth = 64

    /// What is wrong with a text, in a line.
    struct Fault: Error {
        let reason: String
    }

    /// Throws `Fault`.
    package init(_ text: [UInt8]) throws {
        self = try text.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes: bytes)
            let value = try reader.value(depth: 0)
            reader.skipSpace()
            guard reader.at == bytes.count else { throw reader.fault("more follows the value") }
            return value
        }
    }

    /// How it is shown in a message, as in `"many"` or `a list`.
    package var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let text): text
        case .string(let text): "\"\(text.prefix(40))\""
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// Reads a value from its first byte to its last.
private struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    var at = 0

    func fault(_ reason: String) -> JSONValue.Fault {
        JSONValue.Fault(reason: "not valid JSON: \(reason) at byte \(at)")
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    mutating func value(depth: Int) throws -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: try deeper(depth)))
        case UInt8(ascii: "["): return .array(try array(depth: try deeper(depth)))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        default: return .number(try number())
        }
    }

    private func deeper(_ depth: Int) throws -> Int {
        guard depth < JSONValue.maxDepth else {
            throw JSONValue.Fault(reason: "nested deeper than \(JSONValue.maxDepth) levels")
        }
        return depth + 1
    }

    private mutating func object(depth: Int) throws -> [String: JSONValue] {
        at += 1
        var fields: [String: JSONValue] = [:]
        if take("}") { return fields }
        repeat {
            skipSpace()
            let name = try string()
            guard take(":") else { throw fault("expected \":\"") }
            guard fields.updateValue(try value(depth: depth), forKey: name) == nil else {
                throw JSONValue.Fault(reason: "the name \(name) stands twice")
            }
        } while take(",")
        guard take("}") else { throw fault("expected \"}\"") }
        return fields
    }

    private mutating func array(depth: Int) throws -> [JSONValue] {
        at += 1
        var items: [JSONValue] = []
        if take("]") { return items }
        repeat { items.append(try value(depth: depth)) } while take(",")
        guard take("]") else { throw fault("expected \"]\"") }
        return items
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws -> JSONValue {
        guard bytes[at...].starts(with: text.utf8) else { throw fault("expected a value") }
        at += text.utf8.count
        return value
    }

    private mutating func number() throws -> String {
        let start = at
        func digits(_ reader: inout JSONReader) throws {
            let first = reader.at
            while let byte = reader.next, (0x30...0x39).contains(byte) { reader.at += 1 }
            guard reader.at > first else { throw reader.fault("expected a value") }
        }
        if next == UInt8(ascii: "-") { at += 1 }
        if next == UInt8(ascii: "0") { at += 1 } else { try digits(&self) }
        if next == UInt8(ascii: ".") {
            at += 1
            try digits(&self)
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            at += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
            try digits(&self)
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func string() throws -> String {
        guard next == UInt8(ascii: "\"") else { throw fault("expected a string") }
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return try utf8(text)
            case UInt8(ascii: "\\"): text.append(contentsOf: try escaped())
            case 0..<0x20: throw fault("a control character in a string")
            default: text.append(byte)
            }
        }
        throw fault("a string without an end")
    }

    /// Text is never repaired: two broken names could become one.
    private func utf8(_ text: [UInt8]) throws -> String {
        let decoded = String(decoding: text, as: UTF8.self)
        guard decoded.utf8.elementsEqual(text) else { throw fault("a string that is not UTF-8") }
        return decoded
    }

    private mutating func escaped() throws -> [UInt8] {
        let plain: [Character: UInt8] = [
            "\"": 0x22, "\\": 0x5C, "/": 0x2F,
            "b": 0x08, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09,
        ]
        guard let byte = next else { throw fault("a string without an end") }
        at += 1
        if let character = plain[Character(Unicode.Scalar(byte))] { return [character] }
        guard byte == UInt8(ascii: "u") else { throw fault("an unknown escape") }
        var code = try hexadecimal()
        if (0xD800..<0xDC00).contains(code) {
            guard bytes[at...].starts(with: [0x5C, 0x75]) else { throw fault("half a character") }
            at += 2
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { throw fault("half a character") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw fault("half a character") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard at + 4 <= bytes.count,
            bytes[at..<at + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let code = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
        else { throw fault("an unknown escape") }
        at += 4
        return code
    }
}
