/// Reads pieces of a file by position.
package final class FileReader {
    private let descriptor: Int32
    let size: Int

    /// Nil when `path` is not a readable, regular file.
    init?(path: String) {
        var status = stat()
        // Opening a named pipe would wait for somebody who writes into it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// `count` bytes at `offset`, or nil when the file does not hold them.
    func read(at offset: Int, count: Int) -> [UInt8]? {
        guard offset >= 0, count >= 0, count <= size, offset <= size - count else { return nil }
        return Self.filled(count) { [descriptor] buffer, done in
            pread(descriptor, buffer.baseAddress! + done, count - done, off_t(offset + done))
        }
    }

    /// All `count` bytes that calls of `read` give, each from the place where the last one ended;
    /// nil when one fails or finds the end. A signal that comes in between is no failure.
    package static func filled(
        _ count: Int, read: (UnsafeMutableBufferPointer<UInt8>, _ done: Int) -> Int
    ) -> [UInt8]? {
        var done = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while done < count {
                let got = read(buffer, done)
                if got < 0 && errno == EINTR { continue }
                if got <= 0 { break }
                done += got
            }
            initialized = done
        }
        return done == count ? bytes : nil
    }
}
