/// Two ways to one result.
struct Comparison {
    enum Stage: String, Encodable {
        case preprocessing, encoder, decoder
    }

    let stage: Stage
    let name: String
    /// Of the arguments.
    let shape: String
    let before: Way
    let after: Way
    /// Repetitions inside one run of a way.
    var repetitions = 1
    /// How many times faster the source says that it is on Apple silicon.
    var expected: Double?
    /// Largest difference allowed, as a part of the largest value.
    let tolerance: Double

    /// What came of it; times in milliseconds, medians, for one repetition.
    struct Row: Encodable {
        let stage: Stage
        let name: String
        let shape: String
        let before: String
        let after: String
        let beforeMs: Double
        let afterMs: Double
        /// before / after
        let ratio: Double
        let expected: Double?
        /// Largest difference between the results, as a part of the largest value.
        let difference: Double
        let tolerance: Double
        let holds: Bool
        /// Runs of each way that the medians are taken of.
        let runs: Int
    }

    /// Runs both ways in turn, `fewest` times at least and for about `seconds`, after one run of
    /// each to warm up and to compare.
    func measured(seconds: Double, fewest: Int) -> Row {
        let difference = Self.difference(Self.result(before), Self.result(after))
        var times: (before: [Double], after: [Double]) = ([], [])
        let clock = ContinuousClock()
        let started = clock.now
        while times.before.count < fewest
            || (times.before.count < 1000 && started.duration(to: clock.now) < .seconds(seconds))
        {
            times.before.append(Self.time(before, clock))
            times.after.append(Self.time(after, clock))
        }
        let (slow, fast) = (Self.median(times.before), Self.median(times.after))
        return Row(
            stage: stage, name: name, shape: shape, before: before.label, after: after.label,
            beforeMs: slow * 1000 / Double(repetitions), afterMs: fast * 1000 / Double(repetitions),
            ratio: slow / fast, expected: expected, difference: difference, tolerance: tolerance,
            holds: difference <= tolerance, runs: times.before.count)
    }

    private static func result(_ way: Way) -> [Float] {
        way.prepare()
        way.run()
        return way.values()
    }

    /// Seconds of one run.
    private static func time(_ way: Way, _ clock: ContinuousClock) -> Double {
        way.prepare()
        return clock.measure { way.run() } / .seconds(1)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Largest difference as a part of the largest value of `a`; infinite when it is no number.
    private static func difference(_ a: [Float], _ b: [Float]) -> Double {
        guard a.count == b.count else { return .infinity }
        var (apart, largest) = (0.0, 0.0)
        for (x, y) in zip(a, b) {
            let distance = abs(Double(x) - Double(y))
            guard distance.isFinite else { return .infinity }
            apart = max(apart, distance)
            largest = max(largest, abs(Double(x)))
        }
        return apart == 0 ? 0 : apart / largest
    }
}
