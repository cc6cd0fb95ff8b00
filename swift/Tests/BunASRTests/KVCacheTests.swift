import BunASR
import MLX
import Testing

extension Core {
    struct KVCacheTests {
        /// [1, 2, length, 4] that tells head, position and place apart, from `first` on.
        private func numbers(_ length: Int, from first: Int) -> MLXArray {
            let head: [Float] = (first * 4..<(first + length) * 4).map(Float.init)
            return MLXArray(head + head.map { $0 + 10_000 }, [1, 2, length, 4])
        }

        @Test("what was appended is given back in order, also where the memory grows")
        func growth() throws {
            let cache = KVCache(.float32)
            var position = 0
            // Past 256 and past 512, where it grows.
            for length in [3, 250, 1, 1, 1, 300] {
                let new = numbers(length, from: position)
                let (keys, values) = cache.update(keys: new, values: new * MLXArray(Float(2)))
                position += length
                #expect(cache.offset == position)
                #expect(keys.shape == [1, 2, position, 4])
                let expected = try numbers(position, from: 0).values(Float.self)
                #expect(try keys.values(Float.self) == expected)
                #expect(try values.values(Float.self) == expected.map { $0 * 2 })
            }
        }

        @Test(
            "with room that is reserved and in every phase it gives the same",
            arguments: [
                (phase: 0, reserved: 600), (phase: 9, reserved: 0), (phase: 255, reserved: 40),
            ])
        func room(_ phase: Int, _ reserved: Int) throws {
            let cache = KVCache(.float32, phase: phase)
            cache.reserve(reserved)
            for position in stride(from: 0, to: 600, by: 3) {
                let new = numbers(3, from: position)
                let (keys, _) = cache.update(keys: new, values: new)
                guard position % 99 == 0 else { continue }
                let expected = try numbers(position + 3, from: 0).values(Float.self)
                #expect(try keys.values(Float.self) == expected)
            }
        }

        @Test("after a rewind the rest stays and the new takes the place of the old")
        func rewind() throws {
            let cache = KVCache(.float32)
            _ = cache.update(keys: numbers(10, from: 0), values: numbers(10, from: 0))
            cache.rewind(to: 6)
            #expect(cache.offset == 6)
            let other = numbers(2, from: 500)
            let (keys, _) = cache.update(keys: other, values: other)
            let expected = concatenated([numbers(6, from: 0), other], axis: 2)
            #expect(try keys.values(Float.self) == expected.values(Float.self))
        }

        @Test("a rewind never goes forward")
        func forward() {
            let cache = KVCache(.float32)
            _ = cache.update(keys: numbers(4, from: 0), values: numbers(4, from: 0))
            cache.rewind(to: 9)
            #expect(cache.offset == 4)
        }

        @Test("values are kept in the type that was asked for")
        func type() {
            let new = numbers(2, from: 0)
            #expect(KVCache(.float16).update(keys: new, values: new).keys.dtype == .float16)
        }
    }
}
