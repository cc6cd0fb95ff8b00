import Accelerate

/// The log-mel of one clip, made some frames at a time. The floor hangs on the maximum of the whole
/// clip, so it comes with the last slice.
package final class LogMel: SlicedWork {
    /// Frames of a slice: about a minute of audio, and 30 ms of work.
    private static let framesInSlice = 100 * AudioPreprocessing.block

    /// Frames T of the clip.
    let frames: Int
    /// [128, T], row-major; whole when no slice is left.
    package private(set) var values: [Float]
    private let preprocessing: AudioPreprocessing
    private let padded: [Float]
    private var framesDone = 0

    /// - Parameter pcm: mono, 16 kHz, finite; copied
    package init(_ pcm: UnsafeBufferPointer<Float>, _ preprocessing: AudioPreprocessing) {
        self.preprocessing = preprocessing
        frames = AudioPreprocessing.frameCount(samples: pcm.count)
        padded = AudioPreprocessing.reflected(pcm)
        values = [Float](repeating: 0, count: AudioPreprocessing.mels * frames)
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
        if framesDone == frames { AudioPreprocessing.normalise(&values) }
    }
}
