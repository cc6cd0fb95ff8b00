import MLX
import MLXNN

// What the tokens heard: the attention of some heads from their positions to the audio. The keys
// are in the cache and the queries were kept, so all of it is one product for each head.
extension Session {
    /// Scores that are computed together, at most; it bounds the memory of long audio.
    private static let scoresAtOnce = 1 << 20

    /// The attention at the positions from `from` on, as many whole rows as there are and as `out`
    /// takes: each is softmax over the audio of q · k / √headDim, [positions, audio tokens].
    /// Gives the number of values.
    ///
    /// - Parameter head: by its place in `alignmentHeads`; -1: the mean of all
    func alignment(head: Int, from: Int, into out: UnsafeMutableBufferPointer<Float>) throws -> Int
    {
        try finishWork()
        let named = model.alignmentHeads
        guard keepsQueries else {
            throw ASRError.usage("alignment is for sessions that were opened with it")
        }
        guard head == -1 || named.indices.contains(head) else {
            throw ASRError.usage("there is no alignment head \(head) of \(named.count)")
        }
        guard let lastPad = pads.last else {
            throw ASRError.usage("alignment comes after a prefill with audio")
        }
        guard (lastPad + 1...position).contains(from) else {
            throw ASRError.usage(
                "alignment is for positions from \(lastPad + 1) to \(position), not from \(from)")
        }
        let width = pads.count
        let rows = min(position - from, out.count / width)
        guard rows > 0 || position == from else {
            throw ASRError.usage("a row of the alignment takes \(width) values")
        }
        let listeners = try (head == -1 ? named : [named[head]]).map { try Listener($0, of: self) }
        let step = max(1, Self.scoresAtOnce / width)
        for first in stride(from: 0, to: rows, by: step) {
            let some = first..<min(first + step, rows)
            let positions = from + some.lowerBound..<from + some.upperBound
            let weights = try listeners.map { try $0.weights(at: positions) }
            let sum = weights.dropFirst().reduce(weights[0]) { $0 + $1 }
            let mean = sum * MLXArray(1 / Float(weights.count))
            let values = try mean.values(Float.self)
            guard values.count == some.count * width else {
                throw ASRError.native("the attention has \(values.count) values")
            }
            _ = out[(some.lowerBound * width)...].update(fromContentsOf: values)
        }
        return rows * width
    }

    /// Keeps the queries of what follows the audio.
    func keepQueries(after pads: [Int]) {
        for layer in cache { layer.queries?.first = pads.last.map { $0 + 1 } }
    }
}

/// One head of a session with the keys of the audio.
private struct Listener {
    private let queries: KeptQueries
    private let head: Int
    private let scale: Float
    /// q [rows, headDim] → q · k for each key, [rows, audio tokens]
    private let keys: Linear

    init(_ named: AlignmentHead, of session: Session) throws {
        let config = session.model.config.text
        let cache = session.cache[named.layer]
        let sharing = config.numAttentionHeads / config.numKeyValueHeads
        let parts = runs(of: session.pads)
            .compactMap { cache.keys(of: named.head / sharing, $0)?.asType(.float32) }
        guard let queries = cache.queries, !parts.isEmpty else {
            throw ASRError.native("what the attention is made of was not kept")
        }
        self.queries = queries
        head = named.head
        scale = 1 / Float(config.headDim).squareRoot()
        // As weights of a layer, for on Linux that is the product with fast kernels.
        keys = Platform.linear(weight: joined(parts, axis: 0), bias: nil, .none)
    }

    /// [positions, audio tokens]
    func weights(at positions: Range<Int>) throws -> MLXArray {
        guard let own = queries.queries(of: head, positions) else {
            throw ASRError.native("the queries at \(positions) were not kept")
        }
        return softmax(keys(own.asType(.float32) * MLXArray(scale)), axis: -1)
    }
}

/// Ascending positions as ranges.
private func runs(of positions: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for position in positions {
        if let last = runs.last, last.upperBound == position {
            runs[runs.count - 1] = last.lowerBound..<position + 1
        } else {
            runs.append(position..<position + 1)
        }
    }
    return runs
}
