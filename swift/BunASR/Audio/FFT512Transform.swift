import Accelerate

/// Frames padded with zeros to 512 points for `vDSP_fft_zrip` in split-complex form: the DC bin in
/// realp[0], the Nyquist bin in imagp[0], everything twice the DFT.
package final class FFT512Transform: SpectrumTransform {
    package let length = 512
    package let bins = 257

    private static let log2Length = vDSP_Length(9)

    private let window: [Float]
    private let setup: FFTSetup
    /// The samples behind the window stay zero.
    private var points: [Float]
    private var real: [Float]
    private var imaginary: [Float]

    package init() throws {
        guard let setup = vDSP_create_fftsetup(Self.log2Length, FFTRadix(kFFTRadix2)) else {
            throw ASRError.native("the FFT tables cannot be made")
        }
        self.setup = setup
        window = HannWindow.periodic(AudioPreprocessing.windowLength).map(Float.init)
        points = [Float](repeating: 0, count: length)
        real = [Float](repeating: 0, count: length / 2)
        imaginary = [Float](repeating: 0, count: length / 2)
    }

    deinit {
        vDSP_destroy_fftsetup(setup)
    }

    package func power(
        of samples: UnsafePointer<Float>, count: Int, into power: UnsafeMutablePointer<Float>
    ) {
        // Undoes the factor 2 of the transform.
        var quarter: Float = 0.25
        for i in 0..<count {
            vDSP_vmul(
                samples + i * AudioPreprocessing.hopLength, 1, window, 1, &points, 1,
                vDSP_Length(window.count))
            transform(into: power + i * bins)
        }
        vDSP_vsmul(power, 1, &quarter, power, 1, vDSP_Length(count * bins))
    }

    /// |2X|² of `points` into `row` [257].
    private func transform(into row: UnsafeMutablePointer<Float>) {
        let half = vDSP_Length(length / 2)
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                var spectrum = DSPSplitComplex(
                    realp: real.baseAddress!, imagp: imaginary.baseAddress!)
                points.withUnsafeBufferPointer { points in
                    points.baseAddress!
                        .withMemoryRebound(to: DSPComplex.self, capacity: points.count / 2) {
                            vDSP_ctoz($0, 2, &spectrum, 1, half)
                        }
                }
                vDSP_fft_zrip(
                    setup, &spectrum, 1, Self.log2Length, FFTDirection(kFFTDirection_Forward))
                let (dc, nyquist) = (real[0], imaginary[0])
                vDSP_zvmags(&spectrum, 1, row, 1, half)
                row[0] = dc * dc
                row[Int(half)] = nyquist * nyquist
            }
        }
    }
}
