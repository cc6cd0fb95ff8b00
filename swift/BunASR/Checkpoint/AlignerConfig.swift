/// What makes a checkpoint a forced aligner: its head gives classes of time.
struct AlignerConfig {
    /// Rows of the head.
    let classes: Int
    /// Milliseconds from one class to the next.
    let segmentMs: Double
    /// `<timestamp>`, at which a class is asked for.
    let timestamp: Int
}

extension AlignerConfig {
    private static let publishedTimestamp = 151_705
    private static let publishedSegmentMs: Float = 80

    /// Nil for a recognizer: a checkpoint is what its configuration says of its head.
    ///
    /// - Parameters:
    ///   - root: config.json
    ///   - fields: where that has the sizes
    init?(_ root: JSONFields, _ fields: JSONFields, vocabSize: Int, in directory: URL) throws {
        guard let classes = try Self.classes(root, fields) else { return nil }
        self.classes = classes
        let places = [root, fields]
        let named = try places.compactMap { try $0.optionalInt("timestamp_token_id") }.first
        if named == nil, Self.publishedTimestamp >= vocabSize {
            throw root.bad("timestamp_token_id", "is missing")
        }
        timestamp = named ?? Self.publishedTimestamp
        // transformers keeps it beside what cuts the sound.
        let file = directory.appending(path: "processor_config.json")
        let processor =
            FileManager.default.fileExists(atPath: file.path)
            ? [try JSONFields(file: file, maxBytes: ModelConfig.maxBytes)] : []
        let segment =
            try (places + processor)
            .compactMap { try $0.optionalFloat("timestamp_segment_time") }.first
        segmentMs = Double(segment ?? Self.publishedSegmentMs)
    }

    /// Official configurations say `classify_num`; transformers says `num_labels`, or gives each
    /// class a label, of which it has two where nobody asked for any.
    private static func classes(_ root: JSONFields, _ fields: JSONFields) throws -> Int? {
        if let classes = try fields.optionalInt("classify_num") ?? root.optionalInt("classify_num")
        {
            return classes
        }
        let labels = try root.optionalSection("id2label")?.values.count ?? 0
        if let classes = try root.optionalInt("num_labels"), classes > 2 {
            guard labels <= 2 || labels == classes else {
                throw root.bad("num_labels", "is \(classes), but there are \(labels) id2label")
            }
            return classes
        }
        return labels > 2 ? labels : nil
    }
}
