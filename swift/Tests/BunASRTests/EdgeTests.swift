import Foundation
import Testing

extension Core {
    struct EdgeTests {
        @Test("the model evaluates and reads arrays through Platform/Evaluation.swift alone")
        func oneEdge() throws {
            let sources = Goldens.root.appending(path: "swift/BunASR")
            let names = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
                .filter { $0.hasSuffix(".swift") && $0 != "Platform/Evaluation.swift" }
            #expect(names.count > 20)
            for name in names {
                let text = try String(
                    contentsOf: sources.appending(path: name), encoding: .utf8)
                #expect(
                    text.firstMatch(of: /\b(?:eval|asyncEval|asArray|asData|item)\(/) == nil,
                    "\(name)")
            }
        }
    }
}
