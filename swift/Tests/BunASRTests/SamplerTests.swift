import BunASR
import Testing

extension Core {
    struct SamplerTests {
        private func sampler(
            temperature: Float = 0, penalty: Float = 1, ngram: Int = 0, seed: UInt64 = 0
        ) -> Sampler {
            Sampler(
                temperature: temperature, repetitionPenalty: penalty, noRepeatNgram: ngram,
                seed: seed)
        }

        @Test("without temperature the official tokens are chosen from the official logits")
        func goldens() throws {
            let cases: [Goldens.Case] = try Goldens.cases(of: "small")
            let golden = try #require(cases.first { $0.stepLogits != nil })
            let file = try #require(golden.stepLogits?.file)
            let logits: [Float] = try Goldens.values("small", file)
            let tokens: [Int32] = try Goldens.values("small", golden.tokens.file)
            let vocab = logits.count / tokens.count
            var sampler = sampler()
            let chosen = tokens.indices.map {
                sampler.choose(Array(logits[$0 * vocab..<($0 + 1) * vocab]), written: [])
            }
            #expect(chosen == tokens.map(Int.init))
        }

        @Test("a penalty moves what was written away from its place, whatever its sign")
        func penalty() {
            var sampler = sampler(penalty: 2)
            #expect(sampler.choose([1, 1.5, 0], written: []) == 1)
            #expect(sampler.choose([1, 1.5, 0], written: [1]) == 0)
            #expect(sampler.choose([-1.5, -1], written: [1]) == 0)
        }

        @Test("a run of tokens that was there is not repeated")
        func ngram() {
            var sampler = sampler(ngram: 3)
            // 4, 2 was followed by 7.
            let logits: [Float] = [0, 0, 0, 0, 0, 0, 1, 2]
            #expect(sampler.choose(logits, written: [4, 2, 7, 4, 2]) == 6)
            #expect(sampler.choose(logits, written: [4, 2, 7, 2, 4]) == 7)
        }

        @Test("a repetition is better than a token that is not allowed")
        func allowList() {
            var sampler = sampler(ngram: 1)
            let logits: [Float] = [-.infinity, 1, -.infinity]
            #expect(sampler.choose(logits, written: [1]) == 1)
        }

        @Test("a seed gives the same tokens again, and other seeds others")
        func seeds() {
            let logits = (0..<50).map { Float($0 % 7) / 7 }
            func tokens(_ seed: UInt64) -> [Int] {
                var sampler = sampler(temperature: 1, seed: seed)
                return (0..<20).map { _ in sampler.choose(logits, written: []) }
            }
            #expect(tokens(1) == tokens(1))
            #expect(tokens(1) != tokens(2))
        }

        @Test("sampling follows the probabilities, and never takes what has none")
        func distribution() {
            var sampler = sampler(temperature: 1, seed: 3)
            // e^0 : e^1.0986 = 1 : 3
            let logits: [Float] = [0, 1.0986123, -.infinity]
            var counts = [0, 0, 0]
            for _ in 0..<4000 { counts[sampler.choose(logits, written: [])] += 1 }
            #expect(counts[2] == 0)
            #expect((2880...3120).contains(counts[1]))
        }
    }
}
