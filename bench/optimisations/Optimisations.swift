// This folder: each optimisation of the Swift core against what it replaced.
import BunASR
import MLX

/// Times each optimisation against what it replaced, and checks that both give the same.
///
/// `--quick` spends less time on each. Progress goes to standard error, the result to standard
/// output as JSON. The status is 1 when results differ.
@main
struct Optimisations: Encodable {
    /// What computes: the table of CPU kernels, or metal.
    let kernels: String
    /// Type of the activations.
    let activations: String
    let rows: [Comparison.Row]

    static func main() throws {
        let quick = CommandLine.arguments.contains("--quick")
        let (seconds, fewest) = quick ? (0.05, 3) : (1, 9)
        guard let kernels = Platform.kernels() else { fail(Platform.problem()) }
        let dtype = Precision(.auto, weights: .bfloat16).activations
        let comparisons =
            try Preprocessing().comparisons() + Encoder(dtype: dtype).comparisons()
            + Decoder(dtype: dtype).comparisons()
        let rows = comparisons.enumerated()
            .map { index, comparison in
                say("\(index + 1)/\(comparisons.count) \(comparison.stage): \(comparison.name)")
                return comparison.measured(seconds: seconds, fewest: fewest)
            }
        let report = Optimisations(kernels: kernels, activations: "\(dtype)", rows: rows)
        print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
        let failed = rows.filter { !$0.holds }
        guard failed.isEmpty else {
            fail(
                failed.map {
                    "\($0.stage): \($0.name), \($0.shape): \($0.after) is off by \($0.difference)"
                }
                .joined(separator: "\n"))
        }
    }

    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    private static func fail(_ why: String) -> Never {
        say("error: " + why)
        exit(1)
    }
}
