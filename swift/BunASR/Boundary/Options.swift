/// Options that refuse unknown keys, so that a misspelt one is not ignored silently.
protocol StrictOptions: Decodable {
    associatedtype CodingKeys: CodingKey, CaseIterable
}

extension StrictOptions {
    /// Decodes `json`; empty text means no options.
    static func parse(_ json: String) throws -> Self {
        let data = Data((json.isEmpty ? "{}" : json).utf8)
        let decoder = JSONDecoder()
        do {
            let known = Set(CodingKeys.allCases.map(\.stringValue))
            let given = try decoder.decode(KeyNames.self, from: data).names
            if let unknown = given.subtracting(known).min() {
                throw ASRError.usage(
                    "unknown option \(unknown); there are \(known.sorted().joined(separator: ", "))"
                )
            }
            return try decoder.decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw ASRError.usage("options: \(error.explanation)")
        }
    }
}

/// The keys of a JSON object.
private struct KeyNames: Decodable {
    let names: Set<String>

    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init?(intValue: Int) { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
    }

    init(from decoder: any Decoder) throws {
        names = Set(try decoder.container(keyedBy: Key.self).allKeys.map(\.stringValue))
    }
}

extension DecodingError {
    /// What was wrong, with the path of the key, in a line.
    var explanation: String {
        func at(_ path: [any CodingKey]) -> String {
            path.map(\.stringValue).joined(separator: ".")
        }
        switch self {
        case .keyNotFound(let key, let context):
            return "\(at(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "\(at(context.codingPath)): \(context.debugDescription)"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? "not valid JSON" : "\(at(context.codingPath)): \(context.debugDescription)"
        @unknown default: return "cannot be decoded"
        }
    }
}
