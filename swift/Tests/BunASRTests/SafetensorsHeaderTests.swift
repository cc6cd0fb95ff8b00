import BunASR
import Foundation
import MLX
import Testing

extension Core {
    struct SafetensorsHeaderTests {
        @Test("a published file is read")
        func goldens() throws {
            let file = Goldens.folder.appending(path: "small-q4/model.safetensors")
            let header = try SafetensorsHeader(file: file)
            let codes = try #require(header.tensors["model.embed_tokens.weight"])
            let scales = try #require(header.tensors["model.embed_tokens.scales"])
            #expect(codes.dtype == "U32")
            #expect(scales.dtype == "BF16")
            // Four bits in groups of 64: eight codes in a word, eight words for each scale.
            #expect(codes.shape == [scales.shape[0], scales.shape[1] * 8])
        }

        @Test("metadata is no tensor")
        func metadata() throws {
            let header = try read(
                #"{"__metadata__":{"format":"pt"},"#
                    + #""a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
                bytes: 8)
            #expect(header.tensors.keys.sorted() == ["a"])
        }

        @Test("a scalar and an empty tensor have the size that they should have")
        func sizes() throws {
            let header = try read(
                #"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
                    + #""b":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]}}"#, bytes: 4)
            #expect(header.tensors["a"]?.shape == [])
            #expect(header.tensors["b"]?.shape == [0, 3])
        }

        @Test(
            "no metadata, in either spelling, and space around the object",
            arguments: [
                #"{"__metadata__":null,\#(entry)}"#, #"  {\#(entry)}"#, "\t\r\n{\(entry)} \n",
            ])
        func lenient(_ text: String) throws {
            #expect(try read(text, bytes: 4).tensors.keys.sorted() == ["a"])
        }

        @Test("what MLX read must be what was checked")
        func compared() throws {
            let file = URL(filePath: "x.safetensors")
            let header = try read("{\(Self.entry)}", bytes: 4)
            typealias Loaded = SafetensorsHeader.Loaded
            try header.compare(with: ["a": Loaded(dtype: .float32, shape: [1])], of: file)
            let others: [[String: Loaded]] = [
                [:], ["b": Loaded(dtype: .float32, shape: [1])],
                ["a": Loaded(dtype: .float32, shape: [2])],
                ["a": Loaded(dtype: .float16, shape: [1])],
                [
                    "a": Loaded(dtype: .float32, shape: [1]),
                    "b": Loaded(dtype: .float32, shape: [1]),
                ],
            ]
            for other in others {
                #expect(throws: ASRError.self) { try header.compare(with: other, of: file) }
            }
        }

        static let entry = #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#

        struct Bad: Sendable, CustomTestStringConvertible {
            let header: String
            let bytes: Int
            /// A part of the message.
            let why: String

            var testDescription: String { why }
        }

        static let bad = [
            Bad(header: tensor(end: 8), bytes: 7, why: "truncated: 1 of 8 bytes are missing"),
            Bad(header: tensor(end: 8), bytes: 9, why: "1 bytes after the last tensor"),
            Bad(header: tensor(start: 4, end: 12), bytes: 12, why: "a gap or an overlap"),
            Bad(header: tensor(end: 12), bytes: 12, why: "has the wrong size"),
            Bad(header: tensor(dtype: "F99", end: 8), bytes: 8, why: "unknown dtype F99"),
            Bad(header: tensor(shape: "[-2]", end: 8), bytes: 8, why: "is malformed"),
            Bad(header: tensor(shape: "[2.0]", end: 8), bytes: 8, why: "is malformed"),
            Bad(header: "{\(entry),\(entry)}", bytes: 4, why: "the name a stands twice"),
            Bad(
                header: #"{\#(entry),"\u0061":{}}"#, bytes: 4, why: "the name a stands twice"),
            Bad(
                header: #"{"a":{"dtype":"F32","dtype":"F32"}}"#, bytes: 0,
                why: "dtype stands twice"),
            Bad(
                header: #"{"__metadata__":{},"__metadata__":{}}"#, bytes: 0, why: "stands twice"),
            Bad(header: #"{"__metadata__":[]}"#, bytes: 0, why: "does not map strings"),
            Bad(header: String(repeating: "[", count: 65), bytes: 0, why: "deeper than 64"),
            Bad(
                header: tensor(shape: "[4611686018427387904,4]", end: 8), bytes: 8,
                why: "has the wrong size"),
            Bad(header: tensor(start: 8, end: 0), bytes: 8, why: "a growing pair"),
            Bad(header: "[]", bytes: 0, why: "the header is not a JSON object"),
            Bad(header: "{\"a\":", bytes: 0, why: "header"),
        ]

        @Test("a header that disagrees with its file is refused", arguments: bad)
        func refused(_ bad: Bad) throws {
            let error = #expect(throws: ASRError.self) { try read(bad.header, bytes: bad.bytes) }
            #expect(error?.code == .model)
            #expect(error?.message.contains(bad.why) == true, "\(error?.message ?? "")")
        }

        @Test("a length that no header has is refused before anything of that size is read")
        func longHeader() throws {
            let file = try written(Data([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x7B]))
            defer { try? FileManager.default.removeItem(at: file) }
            #expect(throws: ASRError.self) { try SafetensorsHeader(file: file) }
        }

        private static func tensor(
            dtype: String = "F32", shape: String = "[2]", start: Int = 0, end: Int
        ) -> String {
            #"{"a":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":[\#(start),\#(end)]}}"#
        }

        private func read(_ header: String, bytes: Int) throws -> SafetensorsHeader {
            var data = Data()
            withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) {
                data.append(contentsOf: $0)
            }
            data.append(Data(header.utf8))
            data.append(Data(count: bytes))
            let file = try written(data)
            defer { try? FileManager.default.removeItem(at: file) }
            return try SafetensorsHeader(file: file)
        }

        private func written(_ data: Data) throws -> URL {
            let file = FileManager.default.temporaryDirectory
                .appending(path: "bun-asr-\(UUID().uuidString).safetensors")
            try data.write(to: file)
            return file
        }
    }
}
