// This folder: samples to log-mel.
import Accelerate

/// PCM to log-mel, the features that the checkpoints were trained on: Hugging Face's
/// `WhisperFeatureExtractor` (`transformers/models/whisper/feature_extraction_whisper.py`) at 16
/// kHz, window 400, hop 160, 128 mels.
///
/// Two recipes. `exact` computes the 400-point transform as one product with cosines and sines.
/// `fft512` pads each frame to 512 points for the radix-2 FFT: faster, but its bins are not those
/// of training, so features move.
///
/// Window, tables and buffers are made once in `init`; the frame loop allocates nothing. Not
/// thread-safe.
package final class AudioPreprocessing {
    package enum Recipe: String, Codable {
        case exact
        case fft512
    }

    static let sampleRate = 16_000
    package static let windowLength = 400
    package static let hopLength = 160
    package static let mels = 128

    /// Frames computed together: enough for a fast product, few enough to stay in the cache. They
    /// divide the encoder's chunks of 100: a product of fewer rows rounds otherwise, and the last
    /// chunk of a clip that was whole would not be the same in the clip that it grows to.
    package static let block = 50

    let recipe: Recipe
    private let transform: any SpectrumTransform
    private let filters: MelFilterbank
    private var power: [Float]
    private var melBlock: [Float]

    package init(recipe: Recipe) throws {
        self.recipe = recipe
        let transform: any SpectrumTransform =
            switch recipe {
            case .exact: ExactTransform(block: Self.block)
            case .fft512: try FFT512Transform()
            }
        self.transform = transform
        filters = MelFilterbank(
            filters: Self.mels, transform: transform, sampleRate: Self.sampleRate, block: Self.block
        )
        power = [Float](repeating: 0, count: Self.block * transform.bins)
        melBlock = [Float](repeating: 0, count: Self.block * Self.mels)
    }

    /// Frames T of a clip of `samples`.
    package static func frameCount(samples: Int) -> Int {
        max(1, samples / hopLength)
    }

    /// The logarithms of mel power of some frames, without the floor that the clip's maximum sets.
    ///
    /// - Parameters:
    ///   - padded: the clip as `reflected` gives it
    ///   - mel: [128, rowLength], row-major, of which the columns `frames` are written
    func logMel(
        of padded: UnsafePointer<Float>, frames: Range<Int>, into mel: UnsafeMutablePointer<Float>,
        rowLength: Int
    ) {
        for start in stride(from: frames.lowerBound, to: frames.upperBound, by: Self.block) {
            let size = min(Self.block, frames.upperBound - start)
            filter(padded + start * Self.hopLength, count: size)
            melBlock.withUnsafeBufferPointer { block in
                for row in 0..<Self.mels {
                    (mel + row * rowLength + start)
                        .update(from: block.baseAddress! + row * size, count: size)
                }
            }
        }
        for row in 0..<Self.mels {
            Self.takeLogarithm(mel + row * rowLength + frames.lowerBound, count: frames.count)
        }
    }

    /// `count` frames from `samples` on → mel power in `melBlock` [128, count].
    private func filter(_ samples: UnsafePointer<Float>, count: Int) {
        transform.power(of: samples, count: count, into: &power)
        filters.apply(to: power, count: count, into: &melBlock)
    }

    /// Half a window of mirrored samples on both sides (`center=True, pad_mode="reflect"`). A clip
    /// too short to mirror is lengthened with silence first.
    static func reflected(_ pcm: UnsafeBufferPointer<Float>) -> [Float] {
        let half = windowLength / 2
        let length = max(pcm.count, half + 1)
        return [Float](unsafeUninitializedCapacity: length + 2 * half) { buffer, initialized in
            let clip = UnsafeMutableBufferPointer(rebasing: buffer[half..<half + length])
            clip.initialize(repeating: 0)
            _ = clip.update(fromContentsOf: pcm)
            for i in 0..<half {
                (buffer.baseAddress! + i).initialize(to: clip[half - i])
                (buffer.baseAddress! + half + length + i).initialize(to: clip[length - 2 - i])
            }
            initialized = length + 2 * half
        }
    }

    /// log10, with a floor for silence.
    package static func takeLogarithm(_ mel: inout [Float]) {
        mel.withUnsafeMutableBufferPointer { takeLogarithm($0.baseAddress!, count: $0.count) }
    }

    private static func takeLogarithm(_ values: UnsafeMutablePointer<Float>, count: Int) {
        var (floor, ceiling) = (Float(1e-10), Float.greatestFiniteMagnitude)
        vDSP_vclip(values, 1, &floor, &ceiling, values, 1, vDSP_Length(count))
        var size = Int32(count)
        vvlog10f(values, values, &size)
    }

    /// At most 8 below the clip's maximum, shifted and scaled: (max(x, top - 8) + 4) / 4.
    package static func normalise(_ mel: inout [Float]) {
        let count = vDSP_Length(mel.count)
        mel.withUnsafeMutableBufferPointer { mel in
            let values = mel.baseAddress!
            var top: Float = 0
            vDSP_maxv(values, 1, &top, count)
            var (bottom, ceiling) = (top - 8, Float.greatestFiniteMagnitude)
            vDSP_vclip(values, 1, &bottom, &ceiling, values, 1, count)
            var (scale, shift) = (Float(0.25), Float(1))
            vDSP_vsmsa(values, 1, &scale, &shift, values, 1, count)
        }
    }
}
