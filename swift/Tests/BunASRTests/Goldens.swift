import BoundaryDriver
import Foundation
import Testing

/// What models/goldens/make.py wrote with the official implementation.
enum Goldens {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "../../..").standardizedFileURL
    static let folder = root.appending(path: "models/goldens")

    struct Stored: Decodable, Sendable {
        let file: String
    }

    struct Signal: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let input: String
        let mel: String
        let frames: Int
        let tolerance: Float

        var testDescription: String { name }
    }

    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let samples: Int
        let inputIds: Stored
        let tokens: Stored
        let stepLogits: Stored?

        var testDescription: String { name }
    }

    private struct Manifest<Case: Decodable>: Decodable {
        let cases: [Case]
    }

    static func signals() throws -> [Signal] { try cases(of: "mel") }

    static func cases<Case: Decodable>(of set: String) throws -> [Case] {
        let manifest = folder.appending(path: "\(set)/manifest.json")
        return try JSONDecoder()
            .decode(Manifest<Case>.self, from: Data(contentsOf: manifest)).cases
    }

    static func values<Element: NpyElement>(_ set: String, _ file: String) throws -> [Element] {
        try Npy<Element>(contentsOf: folder.appending(path: "\(set)/\(file)")).values
    }

    /// The first `count` samples of the recording, repeated end to end as often as needed.
    static func speech(_ count: Int) throws -> [Float] {
        let wav = try Data(contentsOf: folder.appending(path: "speech.wav"))
        guard let data = wav.range(of: Data("data".utf8)) else { return [] }
        let octets = [UInt8](wav[(data.upperBound + 4)...])
        return (0..<count).map { (Float(octets[$0 % octets.count]) - 128) / 128 }
    }

    /// The largest absolute difference; infinite when the sizes differ.
    static func difference(_ a: [Float], _ b: [Float]) -> Float {
        guard a.count == b.count else { return .infinity }
        return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
}
