import CBunASR
import Testing

extension Core {
    struct AlignerTests {
        struct Case: Decodable {
            let name: String
            let samples: Int
            let inputIds: Goldens.Stored
            let slots: Goldens.Stored
        }

        /// The slots that a session tells; nil where that is an error.
        private func slots(of session: OpaquePointer) -> [Int32]? {
            let count = asr_session_slots(session, nil, 0)
            guard count >= 0 else { return nil }
            var slots = [Int32](repeating: -1, count: Int(count))
            let copied = slots.withUnsafeMutableBytes {
                asr_session_slots(session, $0.baseAddress, UInt64($0.count))
            }
            return copied == count ? slots : nil
        }

        @Test(
            "the classes at the slots are the official ones, however much a slice does",
            arguments: ["aligner-small", "aligner-small-q8", "aligner-small-hf"],
            ["", #","sliceOperations":1"#])
        func official(_ set: String, _ slices: String) throws {
            let cases: [Case] = try Goldens.cases(of: set)
            for golden in cases.prefix(5) {
                let open = try OpenSession(
                    of: set, samples: Goldens.speech(golden.samples),
                    modelOptions: #"{"precision":"full"\#(slices)}"#)
                let ids: [Int32] = try Goldens.values(set, golden.inputIds.file)
                #expect(open.prefill(ids) == Int64(ids.count))
                let expected: [Int32] = try Goldens.values(set, golden.slots.file)
                #expect(slots(of: open.session) == expected, "\(golden.name)")
            }
        }

        @Test("a buffer that is too small is an error, and so are a recognizer's calls")
        func refusals() throws {
            let set = "aligner-small"
            let golden = try #require(try (Goldens.cases(of: set) as [Case]).first)
            let open = try OpenSession(of: set, samples: Goldens.speech(golden.samples))
            #expect(slots(of: open.session) == nil)
            #expect(open.prefill(try Goldens.values(set, golden.inputIds.file)) > 0)
            var room: Int32 = -1
            #expect(asr_session_slots(open.session, &room, 4) == Int64(ASR_FAILED))
            #expect(room == -1)
            #expect(asr_session_next(open.session) == Int64(ASR_FAILED))
            #expect(asr_session_rewind(open.session, 0) == Int64(ASR_FAILED))
            #expect(slots(of: open.session) != nil)

            let recognizer = try OpenSession(of: "small-q4", samples: Goldens.speech(4800))
            #expect(asr_session_slots(recognizer.session, nil, 0) == Int64(ASR_FAILED))
        }
    }
}
