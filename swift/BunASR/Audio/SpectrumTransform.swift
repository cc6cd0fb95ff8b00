/// Frames of 400 samples, one hop apart, to power spectra.
package protocol SpectrumTransform: AnyObject {
    /// Points of the transform; bin k lies at k · sampleRate / length.
    var length: Int { get }
    var bins: Int { get }
    /// Frame i begins at `samples + i · hop`; |X|² goes into `power` [count, bins].
    func power(
        of samples: UnsafePointer<Float>, count: Int, into power: UnsafeMutablePointer<Float>)
}

/// Periodic Hann window (`torch.hann_window(400)`).
package enum HannWindow {
    package static func periodic(_ length: Int) -> [Double] {
        (0..<length).map { 0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(length)) }
    }
}
