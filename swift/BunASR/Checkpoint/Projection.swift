import MLX
import MLXNN

/// A linear layer that remembers, where somebody asked for it, what it was given.
struct Projection {
    private let linear: Linear
    private let inputs: InputMoments?

    init(_ linear: Linear, inputs: InputMoments?) {
        self.linear = linear
        self.inputs = inputs
    }

    /// x [..., inputs] → [..., outputs]
    func callAsFunction(_ x: MLXArray) -> MLXArray {
        inputs?.add(x)
        return linear(x)
    }
}

/// Mean squares of what a product was given, input by input: how much an error of the weights that
/// meet it counts.
final class InputMoments {
    private var sums: [Double]
    private var rows = 0

    /// - Parameter inputs: the number of inputs
    init(inputs: Int) {
        sums = [Double](repeating: 0, count: inputs)
    }

    /// Adds the rows of x [..., inputs], which is computed for it.
    func add(_ x: MLXArray) {
        // What failed has no values, and is told by what is computed from it.
        guard let values = try? x.values(Float.self) else { return }
        for start in stride(from: 0, to: values.count, by: sums.count) {
            for input in sums.indices {
                let value = Double(values[start + input])
                sums[input] += value * value
            }
            rows += 1
        }
    }

    /// [inputs]; zeros where there was no row yet.
    var means: [Float] {
        sums.map { Float($0 / Double(max(1, rows))) }
    }
}
