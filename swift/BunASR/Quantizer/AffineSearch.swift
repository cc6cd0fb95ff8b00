// This folder: affine quantization in MLX's format with less error than MLX's own.
import Dispatch

/// Looks for the scale and the bias of each group of weights that lose least.
///
/// MLX keeps the weight of largest magnitude exactly and makes zero a level, so it may miss the
/// others by nearly a whole step; and it chooses codes before the scale is rounded to the type that
/// the file stores. Here ranges are tried that leave out more or less at each end; least squares on
/// the codes of each gives a better scale and bias, several times; and every pair is judged as it
/// is stored. MLX's own pair is one of them, so the error is never larger than MLX's.
///
/// The same bytes come out on every machine: no sum depends on the number of threads, and Swift
/// fuses no products into sums.
struct AffineSearch {
    let bits: Int
    let groupSize: Int
    let stored: StoredScale

    struct Result {
        /// uint32 [rows, columns · bits / 32], as MLX packs them
        var codes: [UInt32]
        /// [rows, columns / groupSize], as they are stored
        var scales, biases: [Float]
    }

    /// - Parameters:
    ///   - weights: [rows, columns]
    ///   - importance: [columns], how much an error of the column counts, all above 0
    ///   - scales, biases: those of MLX, [rows, columns / groupSize]
    func improve(_ weights: [Float], importance: [Float], scales: [Float], biases: [Float])
        -> Result
    {
        let columns = importance.count
        let rows = weights.count / columns
        let (groups, words) = (columns / groupSize, groupSize * bits / 32)
        var result = Result(
            codes: [UInt32](repeating: 0, count: rows * groups * words), scales: scales,
            biases: biases)
        weights.withUnsafeBufferPointer { weights in
            importance.withUnsafeBufferPointer { importance in
                result.withPointers { codes, scales, biases in
                    let places = Places(
                        weights: weights.baseAddress!, importance: importance.baseAddress!,
                        codes: codes, scales: scales, biases: biases)
                    DispatchQueue.concurrentPerform(iterations: rows) { row in
                        for group in row * groups..<(row + 1) * groups {
                            improve(group, of: places, column: group % groups * groupSize)
                        }
                    }
                }
            }
        }
        return result
    }

    /// What the threads read, and where each writes groups of its own.
    private struct Places: @unchecked Sendable {
        let weights, importance: UnsafePointer<Float>
        let codes: UnsafeMutablePointer<UInt32>
        let scales, biases: UnsafeMutablePointer<Float>
    }

    private func improve(_ group: Int, of places: Places, column: Int) {
        let weights = WeightGroup(
            weights: places.weights + group * groupSize, importance: places.importance + column,
            size: groupSize, maxCode: Float(1 << bits - 1))
        let found = best(
            weights, AffinePair(scale: places.scales[group], bias: places.biases[group]))
        places.scales[group] = found.scale
        places.biases[group] = found.bias
        weights.pack(found, bits: bits, into: places.codes + group * (groupSize * bits / 32))
    }

    /// Times that least squares and new codes take turns.
    private static let turns = 3

    /// Least squares gain a few percent: a range whose error is so much above the least one is left
    /// alone.
    private static let prospect: Float = 1.3

    /// How far ranges reach, as parts of what the weights do. With many levels a narrower range
    /// saves little and costs the largest weights much.
    private var reaches: [Float] {
        switch bits {
        case ...4: [1.05, 0.95, 0.87, 0.79, 0.7]
        case 5: [1.02, 0.95, 0.88, 0.81]
        case 6: [1, 0.95, 0.9]
        default: [1]
        }
    }

    private func best(_ group: WeightGroup, _ start: AffinePair) -> AffinePair {
        var best = Candidate(pair: start, fit: group.fit(start))
        func descend(from candidate: Candidate) {
            var last = candidate
            for _ in 0..<Self.turns {
                guard let scale = group.bestScale(last.fit),
                    let next = self.candidate(group, scale: scale, fit: last.fit)
                else { return }
                let isBetter = next.fit.error < last.fit.error
                best.take(next)
                if !isBetter { return }
                last = next
            }
        }
        descend(from: best)
        for below in reaches {
            for above in reaches {
                let (low, high) = (below * group.low, above * group.high)
                let pair = AffinePair(
                    scale: stored.rounded((high - low) / group.maxCode), bias: stored.rounded(low))
                guard pair.scale > 0, pair.scale.isFinite else { continue }
                let range = Candidate(pair: pair, fit: group.fit(pair))
                if range.fit.error < Self.prospect * best.fit.error { descend(from: range) }
                best.take(range)
            }
        }
        polish(group, &best)
        return best.pair
    }

    /// Tries the neighbours of a scale among stored values, each with the bias that fits.
    private func polish(_ group: WeightGroup, _ best: inout Candidate) {
        for _ in 0..<2 {
            let middle = best
            for direction: Float in [-1, 1] {
                let scale = middle.pair.scale + direction * stored.step(at: middle.pair.scale)
                guard scale > 0 else { continue }
                let moved = AffinePair(scale: scale, bias: middle.pair.bias)
                if let next = candidate(group, scale: scale, fit: group.fit(moved)) {
                    best.take(next)
                }
            }
        }
    }

    private func candidate(_ group: WeightGroup, scale: Float, fit: WeightGroup.Fit) -> Candidate? {
        let scale = stored.rounded(scale)
        let pair = AffinePair(
            scale: scale, bias: stored.rounded(group.bestBias(fit, scale: scale)))
        guard pair.scale > 0, pair.scale.isFinite, pair.bias.isFinite else { return nil }
        return Candidate(pair: pair, fit: group.fit(pair))
    }

    private struct Candidate {
        var pair: AffinePair
        var fit: WeightGroup.Fit

        mutating func take(_ other: Candidate) {
            if other.fit.error < fit.error { self = other }
        }
    }
}

extension AffineSearch.Result {
    fileprivate mutating func withPointers(
        _ body: (
            UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>
        ) -> Void
    ) {
        codes.withUnsafeMutableBufferPointer { codes in
            scales.withUnsafeMutableBufferPointer { scales in
                biases.withUnsafeMutableBufferPointer { biases in
                    body(codes.baseAddress!, scales.baseAddress!, biases.baseAddress!)
                }
            }
        }
    }
}
