import MLX

/// Arrays by the name of the parameter that they become.
public struct ModuleParameters {
    let values: [String: MLXArray]

    public static func unflattened(_ flat: [(String, MLXArray)]) -> ModuleParameters {
        ModuleParameters(values: Dictionary(uniqueKeysWithValues: flat))
    }
}
