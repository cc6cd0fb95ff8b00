import BunASR

/// The definition of the transform: for each bin, a sum over the window with tables of cosines and
/// sines.
final class ManualDFT: SpectrumTransform {
    let length: Int
    let bins: Int
    private let window: [Float]
    /// [bins, 400]
    private var cosines: [Float] = []
    private var sines: [Float] = []
    private var frame: [Float]

    /// - Parameter length: points of the transform; those beyond the window are zero
    init(length: Int) {
        self.length = length
        bins = length / 2 + 1
        window = HannWindow.periodic(AudioPreprocessing.windowLength).map(Float.init)
        frame = window
        for bin in 0..<bins {
            for time in 0..<window.count {
                let angle = 2 * Double.pi * Double(bin * time % length) / Double(length)
                cosines.append(Float(cos(angle)))
                sines.append(Float(sin(angle)))
            }
        }
    }

    func power(
        of samples: UnsafePointer<Float>, count: Int, into power: UnsafeMutablePointer<Float>
    ) {
        for i in 0..<count {
            for t in 0..<window.count {
                frame[t] = samples[i * AudioPreprocessing.hopLength + t] * window[t]
            }
            for bin in 0..<bins {
                var (real, imaginary) = (Float(0), Float(0))
                for t in 0..<window.count {
                    real += frame[t] * cosines[bin * window.count + t]
                    imaginary += frame[t] * sines[bin * window.count + t]
                }
                power[i * bins + bin] = real * real + imaginary * imaginary
            }
        }
    }
}
