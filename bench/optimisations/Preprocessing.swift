import Accelerate
import BunASR

/// Ten seconds of audio to log-mel, step by step: 1000 frames, 128 mels.
struct Preprocessing {
    private static let frames = 1000
    private static let mels = AudioPreprocessing.mels
    private static let window = AudioPreprocessing.windowLength
    private static let hop = AudioPreprocessing.hopLength

    /// A tone that rises, in noise.
    private let samples: [Float]
    private let exact = ExactTransform(block: AudioPreprocessing.block)
    private let fft: FFT512Transform
    private let filters: MelFilterbank

    init() throws {
        var noise = Noise(seed: 1)
        samples = (0..<Self.frames * Self.hop + Self.window)
            .map { i in
                let seconds = Double(i) / 16_000
                return Float(0.5 * sin(2 * Double.pi * seconds * (200 + 300 * seconds)))
                    + 0.05 * noise.next()
            }
        fft = try FFT512Transform()
        filters = MelFilterbank(
            filters: Self.mels, transform: exact, sampleRate: 16_000,
            block: AudioPreprocessing.block)
    }

    func comparisons() -> [Comparison] {
        let power = spectra(exact)
        let mel = filterInBlocks(power)
        var logarithms = mel
        AudioPreprocessing.takeLogarithm(&logarithms)
        return [
            Comparison(
                stage: .preprocessing, name: "FFT of 512 points", shape: "1000 frames × 400",
                before: Way("sum for each bin") { [self] in spectra(manual512) },
                after: Way("vDSP_fft_zrip") { [self] in spectra(fft) },
                expected: 20, tolerance: 1e-5),
            Comparison(
                stage: .preprocessing, name: "DFT of 400 points", shape: "1000 frames × 400",
                before: Way("sum for each bin") { [self] in spectra(manual400) },
                after: Way("two vDSP_mmulD") { [self] in spectra(exact) },
                tolerance: 1e-5),
            Comparison(
                stage: .preprocessing, name: "mel filterbank", shape: "128 × 201 × 1000",
                before: Way("three loops") { [self] in filterByLoops(power) },
                after: Way("vDSP_mmul") { [self] in filterInBlocks(power) },
                expected: 100, tolerance: 1e-5),
            Comparison(
                stage: .preprocessing, name: "logarithm", shape: "128 × 1000",
                before: Way("log10 loop", inPlace: mel, Self.logarithmByLoop),
                after: Way("vDSP_vclip, vvlog10f", inPlace: mel, AudioPreprocessing.takeLogarithm),
                expected: 10, tolerance: 1e-6),
            Comparison(
                stage: .preprocessing, name: "clamp and normalise", shape: "128 × 1000",
                before: Way("loops", inPlace: logarithms, Self.normaliseByLoops),
                after: Way(
                    "vDSP_vclip, vDSP_vsmsa", inPlace: logarithms, AudioPreprocessing.normalise),
                expected: 10, tolerance: 1e-6),
            Comparison(
                stage: .preprocessing, name: "window", shape: "1000 frames × 400",
                before: Way("loop") { [self] in windowByLoop() },
                after: Way("vDSP_vmul") { [self] in windowByProduct() },
                expected: 5, tolerance: 0),
        ]
    }

    private let manual512 = ManualDFT(length: 512)
    private let manual400 = ManualDFT(length: AudioPreprocessing.windowLength)
    private let hann = HannWindow.periodic(AudioPreprocessing.windowLength).map(Float.init)

    /// [1000, bins], in the blocks of `AudioPreprocessing`.
    private func spectra(_ transform: any SpectrumTransform) -> [Float] {
        let bins = transform.bins
        return Self.filled(Self.frames * bins) { power in
            samples.withUnsafeBufferPointer { samples in
                Self.inBlocks { start, count in
                    transform.power(
                        of: samples.baseAddress! + start * Self.hop, count: count,
                        into: power.baseAddress! + start * bins)
                }
            }
        }
    }

    /// Blocks of mel [128, count], one after the other.
    private func filterInBlocks(_ power: [Float]) -> [Float] {
        Self.filled(Self.mels * Self.frames) { mel in
            power.withUnsafeBufferPointer { power in
                Self.inBlocks { start, count in
                    filters.apply(
                        to: power.baseAddress! + start * exact.bins, count: count,
                        into: mel.baseAddress! + start * Self.mels)
                }
            }
        }
    }

    /// The same blocks.
    private func filterByLoops(_ power: [Float]) -> [Float] {
        var mel = [Float](repeating: 0, count: Self.mels * Self.frames)
        let bins = exact.bins
        Self.inBlocks { start, count in
            for filter in 0..<Self.mels {
                for frame in 0..<count {
                    var sum: Float = 0
                    for bin in 0..<bins {
                        sum +=
                            filters.weights[filter * bins + bin]
                            * power[(start + frame) * bins + bin]
                    }
                    mel[start * Self.mels + filter * count + frame] = sum
                }
            }
        }
        return mel
    }

    private static func logarithmByLoop(_ mel: inout [Float]) {
        for i in mel.indices { mel[i] = log10(max(mel[i], 1e-10)) }
    }

    private static func normaliseByLoops(_ mel: inout [Float]) {
        var top = -Float.infinity
        for value in mel { top = max(top, value) }
        for i in mel.indices { mel[i] = max(mel[i], top - 8) }
        for i in mel.indices { mel[i] = (mel[i] + 4) / 4 }
    }

    /// [1000, 400]
    private func windowByLoop() -> [Float] {
        var windowed = [Float](repeating: 0, count: Self.frames * Self.window)
        for frame in 0..<Self.frames {
            for t in 0..<Self.window {
                windowed[frame * Self.window + t] = samples[frame * Self.hop + t] * hann[t]
            }
        }
        return windowed
    }

    /// [1000, 400]
    private func windowByProduct() -> [Float] {
        Self.filled(Self.frames * Self.window) { windowed in
            samples.withUnsafeBufferPointer { samples in
                for frame in 0..<Self.frames {
                    vDSP_vmul(
                        samples.baseAddress! + frame * Self.hop, 1, hann, 1,
                        windowed.baseAddress! + frame * Self.window, 1, vDSP_Length(Self.window))
                }
            }
        }
    }

    private static func inBlocks(_ body: (_ start: Int, _ count: Int) -> Void) {
        for start in stride(from: 0, to: frames, by: AudioPreprocessing.block) {
            body(start, min(AudioPreprocessing.block, frames - start))
        }
    }

    private static func filled(
        _ count: Int, _ fill: (UnsafeMutableBufferPointer<Float>) -> Void
    ) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(buffer)
            initialized = count
        }
    }
}
