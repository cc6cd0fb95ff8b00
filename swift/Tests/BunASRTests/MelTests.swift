import BunASR
import Testing

extension Core {
    struct MelTests {
        private func logMel(_ samples: [Float], _ preprocessing: AudioPreprocessing) -> [Float] {
            let mel = samples.withUnsafeBufferPointer { LogMel($0, preprocessing) }
            while mel.slicesLeft > 0 { mel.doSlice() }
            return mel.values
        }

        @Test("the mel of hard signals is the official one", arguments: try Goldens.signals())
        func hardSignals(_ signal: Goldens.Signal) throws {
            let input: [Float] = try Goldens.values("mel", signal.input)
            let official: [Float] = try Goldens.values("mel", signal.mel)
            let preprocessing = try AudioPreprocessing(recipe: .exact)
            let mel = logMel(input, preprocessing)
            #expect(AudioPreprocessing.frameCount(samples: input.count) == signal.frames)
            #expect(Goldens.difference(mel, official) <= signal.tolerance)
        }

        @Test("buffers that an earlier recording used leave no trace")
        func reuse() throws {
            let preprocessing = try AudioPreprocessing(recipe: .exact)
            let (short, long) = (try Goldens.speech(2_000), try Goldens.speech(40_000))
            let first = logMel(short, preprocessing)
            _ = logMel(long, preprocessing)
            #expect(logMel(short, preprocessing) == first)
        }

        @Test(
            "a clip that has grown has the mel of the whole, to the bit", arguments: [100, 30_000])
        func growing(_ start: Int) throws {
            let preprocessing = try AudioPreprocessing(recipe: .exact)
            var before: LogMel?
            for count in [start, 42_000, 42_000, 41_900, 90_001] {
                let samples = try Goldens.speech(count)
                let mel = samples.withUnsafeBufferPointer {
                    LogMel($0, preprocessing, after: before)
                }
                while mel.slicesLeft > 0 { mel.doSlice() }
                #expect(mel.values == logMel(samples, preprocessing))
                before = mel
            }
        }

        @Test("the padded transform is near the exact one, and not the same")
        func recipes() throws {
            let speech = try Goldens.speech(16_000)
            let mels = try [AudioPreprocessing.Recipe.exact, .fft512]
                .map { recipe in
                    let preprocessing = try AudioPreprocessing(recipe: recipe)
                    return logMel(speech, preprocessing)
                }
            let apart = zip(mels[0], mels[1]).reduce(0) { $0 + abs($1.0 - $1.1) }
            let mean = apart / Float(mels[0].count)
            #expect(mean > 0.001)
            #expect(mean < 0.1)
        }
    }
}
