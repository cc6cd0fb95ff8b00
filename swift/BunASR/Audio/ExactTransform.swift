import Accelerate

/// The 400-point DFT as two products with cosines and sines: vDSP has no FFT of that length, and no
/// other length has the bins of training.
///
/// A real frame folds first: cosines see x[t] + x[400 - t], sines x[t] - x[400 - t], which halves
/// both products. In double precision, as the official extractor computes, because quiet bins
/// beside loud ones drown in the rounding of single precision: mel is off by 2e-5 then, and by 1e-6
/// so.
package final class ExactTransform: SpectrumTransform {
    package let length = AudioPreprocessing.windowLength
    package let bins = AudioPreprocessing.windowLength / 2 + 1

    private let window: [Double]
    /// [201, 201], row t: cos(2πkt / 400) for each bin k; and sin.
    private let cosines: [Double]
    private let sines: [Double]
    private var frame: [Double]
    /// [block, 201]: the folded frames, then their spectra.
    private var even: [Double]
    private var odd: [Double]
    private var real: [Double]
    private var imaginary: [Double]

    /// - Parameter block: the largest `count`
    package init(block: Int) {
        let (length, bins) = (length, bins)
        func basis(_ function: (Double) -> Double) -> [Double] {
            (0..<bins)
                .flatMap { time in
                    (0..<bins)
                        .map { bin in
                            function(2 * Double.pi * Double(time * bin % length) / Double(length))
                        }
                }
        }
        window = HannWindow.periodic(length)
        cosines = basis { cos($0) }
        sines = basis { sin($0) }
        frame = [Double](repeating: 0, count: length)
        even = [Double](repeating: 0, count: block * bins)
        odd = even
        real = even
        imaginary = even
    }

    package func power(
        of samples: UnsafePointer<Float>, count: Int, into power: UnsafeMutablePointer<Float>
    ) {
        for i in 0..<count { fold(samples + i * AudioPreprocessing.hopLength, row: i * bins) }
        let (rows, width) = (vDSP_Length(count), vDSP_Length(bins))
        vDSP_mmulD(even, 1, cosines, 1, &real, 1, rows, width, width)
        vDSP_mmulD(odd, 1, sines, 1, &imaginary, 1, rows, width, width)
        let size = vDSP_Length(count * bins)
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                var spectrum = DSPDoubleSplitComplex(
                    realp: real.baseAddress!, imagp: imaginary.baseAddress!)
                vDSP_zvmagsD(&spectrum, 1, real.baseAddress!, 1, size)
                vDSP_vdpsp(real.baseAddress!, 1, power, 1, size)
            }
        }
    }

    /// One frame, windowed, into `even[row...]` and `odd[row...]`.
    private func fold(_ samples: UnsafePointer<Float>, row: Int) {
        let half = length / 2
        let inner = vDSP_Length(half - 1)
        frame.withUnsafeMutableBufferPointer { frame in
            let x = frame.baseAddress!
            vDSP_vspdp(samples, 1, x, 1, vDSP_Length(length))
            vDSP_vmulD(x, 1, window, 1, x, 1, vDSP_Length(length))
            even.withUnsafeMutableBufferPointer { even in
                odd.withUnsafeMutableBufferPointer { odd in
                    let (even, odd) = (even.baseAddress! + row, odd.baseAddress! + row)
                    (even[0], even[half]) = (x[0], x[half])
                    (odd[0], odd[half]) = (0, 0)
                    // x[t] ± x[400 - t] for 0 < t < 200; vDSP_vsubD subtracts its first argument.
                    vDSP_vaddD(x + 1, 1, x + length - 1, -1, even + 1, 1, inner)
                    vDSP_vsubD(x + length - 1, -1, x + 1, 1, odd + 1, 1, inner)
                }
            }
        }
    }
}
