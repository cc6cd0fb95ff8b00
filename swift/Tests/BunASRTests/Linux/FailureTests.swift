// This folder: tests that need the modules under swift/Linux.
import BunASR
import Foundation
import MLX
import Testing

extension Core {
    /// What MLX Swift does after a failure, and what the model's edge makes of it.
    struct FailureTests {
        /// A sum of arrays whose shapes do not fit; call it inside of `withError`.
        private static func failed() -> MLXArray {
            MLXArray([Float(1), 2]) + MLXArray([Float(1), 2, 3])
        }

        @Test("values of an array that could not be made are an error, with its reason")
        func unmade() throws {
            let error = #expect(throws: MLXError.self) {
                try withError { failures in
                    let sum = Self.failed()
                    do {
                        _ = try sum.values(Float.self)
                    } catch {
                        try failures.check()
                    }
                }
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("broadcast"))
        }

        @Test("so are values that were computed from one, whatever their shape")
        func derived() throws {
            var derived: MLXArray?
            _ = try? withError {
                derived = (Self.failed().reshaped(1) + MLXArray([Float(1), 2])).asType(.float16)
            }
            let array = try #require(derived)
            #expect(throws: MLXError.self) { try array.values(Float.self) }
        }

        @Test("values that cannot be read from their file are an error")
        func unread() throws {
            let array = try lostArray()
            #expect(throws: MLXError.self) { try array.values(Float.self) }
        }

        @Test("an axis of an array that could not be made is a failure, and has no length")
        func axis() throws {
            var length = -1
            #expect(throws: MLXError.self) { try withError { length = Self.failed().dim(1) } }
            #expect(length == 0)
        }

        @Test("MLX's own reading of an array that could not be made ends the process")
        func crash() async {
            await #expect(processExitsWith: .failure) {
                _ = try withError { Self.failed().asArray(Float.self) }
            }
        }

        @Test("so does its reading of values that could not be computed")
        func crashLate() async {
            await #expect(processExitsWith: .failure) {
                let array = try Self().lostArray()
                _ = try withError { array.asArray(Float.self) }
            }
        }

        /// An array whose file ends before its values, cut after it was opened.
        private func lostArray() throws -> MLXArray {
            let file = FileManager.default.temporaryDirectory
                .appending(path: "bun-asr-\(UUID().uuidString).safetensors")
            defer { try? FileManager.default.removeItem(at: file) }
            let header = #"{"a":{"dtype":"F32","shape":[4096],"data_offsets":[0,16384]}}"#
            var data = Data()
            withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) {
                data.append(contentsOf: $0)
            }
            data.append(Data(header.utf8))
            let start = data.count
            data.append(Data(count: 16384))
            try data.write(to: file)
            let array = try #require(try loadArrays(url: file)["a"])
            let handle = try FileHandle(forWritingTo: file)
            try handle.truncate(atOffset: UInt64(start + 100))
            try handle.close()
            return array
        }
    }
}
