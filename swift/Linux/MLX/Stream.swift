/// Ops in their order; here there is one of them.
public final class Stream: Sendable {
    /// Waits for all that was begun.
    public func synchronize() {
        Launches.finishAll()
    }
}

/// Where an op runs; here there is only the processor.
public struct StreamOrDevice: Sendable {
    public static let cpu = StreamOrDevice(stream: Stream())
    public static var `default`: StreamOrDevice { cpu }

    public let stream: Stream
}
