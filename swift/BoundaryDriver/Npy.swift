import Foundation

/// An array as NumPy and `inspect` store it: row-major, float32 or int32.
public struct Npy<Element: NpyElement>: Sendable {
    public struct BadFile: Error, CustomStringConvertible {
        public let description: String
    }

    public let shape: [Int]
    public let values: [Element]

    public init(contentsOf file: URL) throws {
        try self.init(Data(contentsOf: file), name: file.path)
    }

    init(_ data: Data, name: String) throws {
        func bad(_ what: String) -> BadFile { BadFile(description: "\(name): \(what)") }
        let bytes = [UInt8](data)
        guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw bad("not a NumPy file")
        }
        // The length of the header takes two bytes in version 1, four later.
        let start = bytes[6] == 1 ? 10 : 12
        let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard start + length <= bytes.count else { throw bad("ends inside its header") }
        let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
        guard header.contains("'descr': '\(Element.npyType)'"),
            header.contains("'fortran_order': False"),
            let shape = header.firstMatch(of: /'shape': \(([^)]*)\)/)
        else {
            throw bad("not a row-major array of \(Element.npyType)")
        }
        self.shape = shape.1.split(separator: ",")
            .compactMap { Int($0.filter(\.isNumber)) }
        let count = self.shape.reduce(1, *)
        guard bytes.count - start - length == count * 4 else {
            throw bad("has not the size that its header says")
        }
        values = (0..<count)
            .map { i in
                let at = start + length + 4 * i
                let bits = bytes[at..<at + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                return Element(npyBits: bits)
            }
    }
}

/// A number of four bytes that a NumPy file holds.
public protocol NpyElement: Sendable {
    /// As the header of the file names it.
    static var npyType: String { get }
    init(npyBits: UInt32)
}

extension Float: NpyElement {
    public static var npyType: String { "<f4" }
    public init(npyBits: UInt32) { self.init(bitPattern: npyBits) }
}

extension Int32: NpyElement {
    public static var npyType: String { "<i4" }
    public init(npyBits: UInt32) { self.init(bitPattern: npyBits) }
}
