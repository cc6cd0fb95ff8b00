import Accelerate

/// The log-mel of one clip, made some frames at a time. The floor hangs on the maximum of the whole
/// clip, so it comes with the last slice. A clip that has grown begins with the frames that it had
/// before.
package final class LogMel: SlicedWork {
    /// Frames of a slice: about a minute of audio, and 30 ms of work.
    private static let framesInSlice = 128 * AudioPreprocessing.block

    /// Frames T of the clip.
    let frames: Int
    /// [128, T], row-major; whole when no slice is left.
    package private(set) var values: [Float]
    private let preprocessing: AudioPreprocessing
    private var padded: [Float]
    private var framesDone = 0
    /// `values` without the floor, for the clip that this one grows to; of longer clips not.
    private var unfloored: [Float] = []

    /// - Parameters:
    ///   - pcm: mono, 16 kHz, finite; copied
    ///   - before: what the clip may begin with, by the same preprocessing
    package init(
        _ pcm: UnsafeBufferPointer<Float>, _ preprocessing: AudioPreprocessing,
        after before: LogMel? = nil
    ) {
        self.preprocessing = preprocessing
        frames = AudioPreprocessing.frameCount(samples: pcm.count)
        padded = AudioPreprocessing.reflected(pcm)
        values = [Float](repeating: 0, count: AudioPreprocessing.mels * frames)
        if let before { take(from: before) }
    }

    /// Takes the frames of the samples that both clips begin with: whole blocks, so that each frame
    /// is what it is when all are computed anew, to the bit. One is left at least.
    private func take(from before: LogMel) {
        guard !before.unfloored.isEmpty else { return }
        let both = min(padded.count, before.padded.count)
        let common = (0..<both).first { padded[$0] != before.padded[$0] } ?? both
        let whole = (common - AudioPreprocessing.windowLength) / AudioPreprocessing.hopLength + 1
        let block = AudioPreprocessing.block
        framesDone = max(0, min(whole, frames - 1, before.frames) / block * block)
        for row in 0..<AudioPreprocessing.mels {
            let (to, from) = (row * frames, row * before.frames)
            values.replaceSubrange(
                to..<to + framesDone, with: before.unfloored[from..<from + framesDone])
        }
    }

    package var slicesLeft: Int {
        (frames - framesDone + Self.framesInSlice - 1) / Self.framesInSlice
    }

    package func doSlice() {
        let slice = framesDone..<min(framesDone + Self.framesInSlice, frames)
        padded.withUnsafeBufferPointer { padded in
            values.withUnsafeMutableBufferPointer { values in
                preprocessing.logMel(
                    of: padded.baseAddress!, frames: slice, into: values.baseAddress!,
                    rowLength: frames)
            }
        }
        framesDone = slice.upperBound
        guard framesDone == frames else { return }
        if frames <= Self.framesInSlice { unfloored = values } else { padded = [] }
        AudioPreprocessing.normalise(&values)
    }
}
