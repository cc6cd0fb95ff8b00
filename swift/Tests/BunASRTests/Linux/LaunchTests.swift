import CBunASR
import MLX
import Testing

extension Core {
    /// A process that ends while MLX computes crashes.
    struct LaunchTests {
        private func stepping(steps: Int, options: String = "{}") throws -> OpenSession {
            let cases: [Goldens.Case] = try Goldens.cases(of: "small-q4")
            let golden = try #require(cases.first)
            let open = try OpenSession(
                of: "small-q4", samples: Goldens.speech(golden.samples), options: options)
            #expect(open.prefill(try Goldens.values("small-q4", golden.inputIds.file)) > 0)
            for _ in 0..<steps { #expect(asr_session_next(open.session) != Int64(ASR_FAILED)) }
            return open
        }

        @Test("a step is launched that nobody waits for")
        func launched() throws {
            let open = try stepping(steps: 3, options: #"{"ignoreEos":true}"#)
            #expect(Launches.inFlight > 0)
            withExtendedLifetime(open) {}
        }

        @Test("closing a session waits for its last step")
        func closedSession() throws {
            let open = try stepping(steps: 3, options: #"{"ignoreEos":true}"#)
            asr_session_close(open.session)
            #expect(Launches.inFlight == 0)
            withExtendedLifetime(open) {}
        }

        @Test("so it does after a rewind, when the step is of no use any more")
        func rewound() throws {
            let open = try stepping(steps: 3, options: #"{"ignoreEos":true}"#)
            #expect(asr_session_rewind(open.session, 0) == 0)
            asr_session_close(open.session)
            #expect(Launches.inFlight == 0)
            withExtendedLifetime(open) {}
        }

        @Test("closing a model waits for the steps of its sessions")
        func closedModel() throws {
            let open = try stepping(steps: 3, options: #"{"ignoreEos":true}"#)
            asr_model_close(open.model)
            #expect(Launches.inFlight == 0)
            withExtendedLifetime(open) {}
        }

        @Test("waiting for a later launch waits for those before it")
        func order() {
            let (first, second) = (MLXArray([Float(1)]), MLXArray([Float(2)]))
            let before = Launches.inFlight
            asyncEval([first])
            asyncEval([second])
            #expect(Launches.inFlight == before + 2)
            eval(second)
            #expect(Launches.inFlight == 0)
        }
    }
}
