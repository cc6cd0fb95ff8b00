import BoundaryDriver
import CBunASR
import Foundation
import Testing

extension Core {
    struct BoundaryTests {
        @Test(
            "a whole run chooses the official tokens",
            arguments: ["small", "small-q4", "small-mixed"])
        func tokens(_ set: String) throws {
            let cases: [Goldens.Case] = try Goldens.cases(of: set)
            for golden in cases.prefix(4) {
                let official: [Int32] = try Goldens.values(set, golden.tokens.file)
                let run = try RecordingRun(
                    model: Goldens.folder.appending(path: set).path,
                    options: #"{"precision":"full"}"#, sessionOptions: #"{"ignoreEos":true}"#,
                    samples: Goldens.speech(golden.samples),
                    prompt: Goldens.values(set, golden.inputIds.file), maxTokens: official.count)
                #expect(run.tokens == official, "\(golden.name)")
                #expect(run.report.contains(#""tokens":\#(official.count)"#))
            }
        }

        @Test("a failure says why")
        func failure() {
            let error = #expect(throws: RecordingRun.Failure.self) {
                try RecordingRun(model: "/nowhere", samples: [0], prompt: [0], maxTokens: 1)
            }
            #expect(error?.description.contains(#""code":"model""#) == true)
        }

        @Test("what a rewind leaves gives what a fresh prefill gives, and so does a draft")
        func rewind() throws {
            let cases: [Goldens.Case] = try Goldens.cases(of: "small-q4")
            let golden = try #require(cases.last { $0.samples < 48_000 })
            let ids: [Int32] = try Goldens.values("small-q4", golden.inputIds.file)
            let open = try OpenSession(
                of: "small-q4", samples: Goldens.speech(golden.samples),
                options: #"{"ignoreEos":true}"#)
            #expect(open.prefill(ids) == Int64(ids.count))
            let first = (0..<6).map { _ in asr_session_next(open.session) }

            let kept = ids.count - 5
            #expect(asr_session_rewind(open.session, Int64(kept)) == Int64(kept))
            #expect(asr_session_next(open.session) == Int64(ASR_FAILED))
            #expect(open.prefill(Array(ids[kept...])) == Int64(ids.count))
            #expect((0..<6).map { _ in asr_session_next(open.session) } == first)

            #expect(asr_session_rewind(open.session, Int64(kept)) == Int64(kept))
            let draft = first.prefix(4).map { Int32($0) } + [Int32(first[4]) ^ 1]
            #expect(open.prefill(Array(ids[kept...]), draft: draft) == Int64(ids.count))
            #expect((0..<6).map { _ in asr_session_next(open.session) } == first)

            #expect(asr_session_rewind(open.session, 0) == 0)
            #expect(open.prefill(ids) == Int64(ids.count))
            #expect((0..<6).map { _ in asr_session_next(open.session) } == first)
        }
    }
}
