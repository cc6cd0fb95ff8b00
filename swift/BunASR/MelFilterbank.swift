/// Triangular filters on the Slaney mel scale with Slaney normalisation, as in
/// `transformers.audio_utils.mel_filter_bank(norm="slaney", mel_scale="slaney")`.
enum MelFilterbank {
    /// - Parameters:
    ///   - bins: frequencies of the spectrum's bins in Hz
    ///   - filters: number of filters
    ///   - range: lowest and highest frequency in Hz
    /// - Returns: weights [filters, bins], row-major
    static func slaney(bins: [Double], filters: Int, range: ClosedRange<Double>) -> [Float] {
        let (low, high) = (mel(range.lowerBound), mel(range.upperBound))
        let edges = (0..<filters + 2)
            .map { hertz(low + (high - low) * Double($0) / Double(filters + 1)) }
        var weights: [Float] = []
        weights.reserveCapacity(filters * bins.count)
        for filter in 0..<filters {
            let (left, centre, right) = (edges[filter], edges[filter + 1], edges[filter + 2])
            let area = 2 / (right - left)
            for bin in bins {
                let triangle = min((bin - left) / (centre - left), (right - bin) / (right - centre))
                weights.append(Float(max(0, triangle) * area))
            }
        }
        return weights
    }

    // Linear below 1 kHz, 15 mels; above, 27 mels for a factor of 6.4.
    private static let breakHertz = 1000.0
    private static let breakMel = 15.0
    private static let melsForLogStep = 27 / log(6.4)

    private static func mel(_ hertz: Double) -> Double {
        hertz < breakHertz ? 3 * hertz / 200 : breakMel + log(hertz / breakHertz) * melsForLogStep
    }

    private static func hertz(_ mel: Double) -> Double {
        mel < breakMel ? 200 * mel / 3 : breakHertz * exp((mel - breakMel) / melsForLogStep)
    }
}
