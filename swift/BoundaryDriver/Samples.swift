import Foundation

/// The samples of a file of raw float32 values, little-endian.
public func rawSamples(contentsOf file: URL) throws -> [Float] {
    let data = try Data(contentsOf: file)
    return data.withUnsafeBytes { bytes in
        (0..<bytes.count / 4)
            .map { i in
                Float(
                    bitPattern: UInt32(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)))
            }
    }
}
