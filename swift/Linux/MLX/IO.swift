import CMLX
import FoundationEssentials

/// The tensors of a safetensors file by name, not yet read.
public func loadArrays(url: URL) throws -> [String: MLXArray] {
    var found: [String: MLXArray] = [:]
    let status = withUnsafeMutablePointer(to: &found) { pointer in
        cmlx_load_safetensors(url.path, pointer) { context, name, array in
            guard let context, let name else { return }
            context.assumingMemoryBound(to: [String: MLXArray].self)
                .pointee[String(cString: name)] = MLXArray(array)
        }
    }
    if status != 0 { throw MLXError.caught(String(cString: cmlx_error())) }
    return found
}
