import Accelerate

/// Triangular filters on the Slaney mel scale with Slaney normalisation, as in
/// `transformers.audio_utils.mel_filter_bank(norm="slaney", mel_scale="slaney")`.
package final class MelFilterbank {
    /// [filters, bins], row-major
    package let weights: [Float]
    private let filters: vDSP_Length
    private let bins: vDSP_Length
    private var transposed: [Float]

    /// - Parameters:
    ///   - filters: their number, from 0 Hz to half the sample rate
    ///   - transform: gives the spectra
    ///   - block: the largest `count`
    package init(filters: Int, transform: any SpectrumTransform, sampleRate: Int, block: Int) {
        let bins = (0..<transform.bins)
            .map {
                Double($0) * Double(sampleRate) / Double(transform.length)
            }
        weights = Self.slaney(bins: bins, filters: filters, range: 0...Double(sampleRate) / 2)
        self.filters = vDSP_Length(filters)
        self.bins = vDSP_Length(transform.bins)
        transposed = [Float](repeating: 0, count: block * transform.bins)
    }

    /// Power spectra [count, bins] → `mel` [filters, count].
    package func apply(
        to power: UnsafePointer<Float>, count: Int, into mel: UnsafeMutablePointer<Float>
    ) {
        let count = vDSP_Length(count)
        vDSP_mtrans(power, 1, &transposed, 1, bins, count)
        vDSP_mmul(weights, 1, transposed, 1, mel, 1, filters, count, bins)
    }

    /// - Parameters:
    ///   - bins: frequencies of the spectrum's bins in Hz
    ///   - filters: number of filters
    ///   - range: lowest and highest frequency in Hz
    /// - Returns: weights [filters, bins], row-major
    private static func slaney(bins: [Double], filters: Int, range: ClosedRange<Double>) -> [Float]
    {
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
