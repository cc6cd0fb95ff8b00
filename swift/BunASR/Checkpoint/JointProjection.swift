import MLX
import MLXNN

/// Projections of the same input, computed as one product: one pass over the input and one op in
/// place of several. Projections whose formats differ (mixed recipes give some more bits) stay
/// apart.
struct JointProjection {
    private let products: [Projection]
    /// Where the result of the one product is cut; empty when the projections stay apart.
    private let cuts: [Int]

    /// - Parameter parts: name and outputs of each projection
    init(_ checkpoint: Checkpoint, _ parts: [(name: String, outputs: Int)], inputs: Int, bias: Bool)
        throws
    {
        if let joined = try checkpoint.joinedLinear(parts, inputs: inputs, bias: bias) {
            products = [joined]
            cuts = parts.indices.dropLast()
                .map { last in parts[...last].reduce(0) { $0 + $1.outputs } }
        } else {
            products =
                try parts.map {
                    try checkpoint.linear($0.name, inputs: inputs, outputs: $0.outputs, bias: bias)
                }
            cuts = []
        }
    }

    /// x [..., inputs] → the results side by side, [..., all outputs]; nil when the projections
    /// stay apart.
    func sideBySide(_ x: MLXArray) -> MLXArray? {
        products.count == 1 ? products[0](x) : nil
    }

    /// x [..., inputs] → the result of each projection, [..., outputs]
    func callAsFunction(_ x: MLXArray) -> [MLXArray] {
        guard let product = sideBySide(x) else { return products.map { $0(x) } }
        let parts = split(product, indices: cuts, axis: -1)
        // After a failure MLX Swift gives no parts at all.
        return parts.isEmpty ? Array(repeating: product, count: cuts.count + 1) : parts
    }
}
