/// A head of the decoder whose attention to the audio follows what is being said.
struct AlignmentHead: Hashable {
    let layer: Int
    let head: Int

    /// The heads that an option names as pairs of a layer and a head.
    static func parse(_ pairs: [[Int]], of config: ModelConfig.TextConfig) throws -> [Self] {
        let (layers, heads) = (config.numHiddenLayers, config.numAttentionHeads)
        let parsed = try pairs.map { pair in
            guard pair.count == 2, (0..<layers).contains(pair[0]), (0..<heads).contains(pair[1])
            else {
                throw ASRError.usage(
                    "alignmentHeads has \(pair), expected a layer below \(layers) and a head below "
                        + "\(heads)")
            }
            return Self(layer: pair[0], head: pair[1])
        }
        guard Set(parsed).count == parsed.count else {
            throw ASRError.usage("alignmentHeads has a head twice")
        }
        return parsed
    }
}
