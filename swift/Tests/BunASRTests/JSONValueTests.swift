import BunASR
import Foundation
import Testing

extension Core {
    struct JSONValueTests {
        @Test("numbers, words, strings and their escapes")
        func values() throws {
            let text =
                #" {"a": [1, -2.5e+3, true, false, null], "#
                + #""\u00e9\ud83d\ude00": "\"\\\/\n"} "#
            guard case .object(let fields) = try JSONValue(Array(text.utf8)),
                case .array(let items)? = fields["a"], case .string(let string)? = fields["é😀"]
            else {
                Issue.record("not the object that was written")
                return
            }
            #expect(items.map(\.description) == ["1", "-2.5e+3", "true", "false", "null"])
            #expect(string == "\"\\/\n")
        }

        @Test(
            "what is no JSON, or could be read in two ways",
            arguments: [
                "", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "01", "+1", "1.", ".5", "1e", "nul",
                "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\\u+123\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
                "\"\u{1}\"", "\"\n\"", "1 2", "{} {}", "{\"a\":1,\"a\":1}",
                "[{\"a\":1,\"\\u0061\":2}]",
                "{\"\u{e9}\":1,\"e\u{301}\":2}",
            ])
        func refused(_ text: String) {
            #expect(throws: (any Error).self) { try JSONValue(Array(text.utf8)) }
        }

        @Test("a string that is not UTF-8 is not repaired")
        func brokenText() {
            #expect(throws: (any Error).self) { try JSONValue([0x22, 0xFF, 0x22]) }
        }

        @Test("64 levels are read, 65 are not")
        func levels() throws {
            func nested(_ depth: Int) -> [UInt8] {
                Array(repeating: 0x5B, count: depth) + Array(repeating: 0x5D, count: depth)
            }
            _ = try JSONValue(nested(64))
            #expect(throws: (any Error).self) { try JSONValue(nested(65)) }
            #expect(throws: (any Error).self) { try JSONValue(nested(100_000)) }
        }
    }

    struct FileReaderTests {
        @Test("a signal in the middle of a read is no end of the file")
        func interrupted() {
            var answers = [2, -1, 1, -1, 3]
            let bytes = FileReader.filled(6) { buffer, done in
                let count = answers.removeFirst()
                if count < 0 {
                    errno = EINTR
                } else {
                    for place in done..<done + count { buffer[place] = UInt8(place) }
                }
                return count
            }
            #expect(bytes == [0, 1, 2, 3, 4, 5])
        }

        @Test("another failure and an early end are")
        func failed() {
            #expect(
                FileReader.filled(4) { _, _ in
                    errno = EIO; return -1
                } == nil)
            #expect(FileReader.filled(4) { _, done in done == 0 ? 2 : 0 } == nil)
        }
    }
}
