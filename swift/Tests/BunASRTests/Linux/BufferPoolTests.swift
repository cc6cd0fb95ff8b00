import BunASR
import CBunASR
import MLX
import Testing

extension Core {
    struct BufferPoolTests {
        private func session(_ samples: Int, _ modelOptions: String = "{}") throws -> OpenSession {
            try OpenSession(
                of: "small-q4", samples: Goldens.speech(samples), modelOptions: modelOptions)
        }

        @Test("a model bounds the pool, by default to a part of MLX's memory limit")
        func limit() throws {
            _ = try session(1_600, #"{"bufferCacheBytes":123456}"#)
            #expect(Memory.cacheLimit == 123_456)
            _ = try session(1_600, #"{"bufferCacheBytes":0}"#)
            #expect(Memory.cacheLimit == 0)
            _ = try session(1_600)
            #expect(Memory.cacheLimit == Memory.memoryLimit / BufferPool.defaultShare)
            #expect(Memory.cacheLimit > 0)
        }

        @Test("a bound below nothing is refused")
        func negative() {
            #expect(throws: OpenSession.Failure.self) {
                try session(1_600, #"{"bufferCacheBytes":-1}"#)
            }
        }

        @Test("the pool is emptied when no session is open and a minute has gone through it")
        func emptied() throws {
            let half = BufferPool.framesBetweenClears / 2 * AudioPreprocessing.hopLength
            let (first, second) = (try session(half), try session(half))
            let before = Memory.timesCleared
            asr_session_close(first.session)
            #expect(Memory.timesCleared == before)
            asr_session_close(second.session)
            #expect(Memory.timesCleared == before + 1)
            withExtendedLifetime((first, second)) {}
        }

        @Test("a short recording leaves the pool to the next one")
        func kept() throws {
            let open = try session(16_000)
            let before = Memory.timesCleared
            asr_session_close(open.session)
            #expect(Memory.timesCleared == before)
            withExtendedLifetime(open) {}
        }

        @Test("a model that is closed leaves nothing in the pool")
        func closed() throws {
            let open = try session(1_600)
            let before = Memory.timesCleared
            asr_model_close(open.model)
            #expect(Memory.timesCleared == before + 1)
            withExtendedLifetime(open) {}
        }
    }
}
