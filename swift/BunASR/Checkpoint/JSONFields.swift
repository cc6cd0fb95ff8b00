/// The fields of a JSON object in a checkpoint's file, each error with the file and the field's own
/// name, as in `config.json: text_config.vocab_size is "many", expected a whole number`.
struct JSONFields {
    let file: URL
    /// Names of the objects around this one.
    let path: [String]
    let values: [String: JSONValue]

    private init(file: URL, path: [String], values: [String: JSONValue]) {
        (self.file, self.path, self.values) = (file, path, values)
    }

    /// Throws ASRError `model` for a file that cannot be read, is longer than `maxBytes` or holds
    /// no object.
    init(file: URL, maxBytes: Int) throws {
        func bad(_ reason: String) -> ASRError { .model("\(file.path): \(reason)") }
        guard let reader = FileReader(path: file.path) else {
            throw bad("cannot be read; a checkpoint folder needs it")
        }
        guard reader.size <= maxBytes else {
            throw bad("\(reader.size) bytes are too long for this file, \(maxBytes) are read")
        }
        guard let text = reader.read(at: 0, count: reader.size) else { throw bad("cannot be read") }
        do {
            guard case .object(let values) = try JSONValue(text) else {
                throw JSONValue.Fault(reason: "not a JSON object")
            }
            self.init(file: file, path: [], values: values)
        } catch let fault as JSONValue.Fault {
            throw bad(fault.reason)
        }
    }

    /// The value of a field; nil when it is absent or null.
    func value(_ name: String) -> JSONValue? {
        switch values[name] {
        case nil, .null: nil
        case let value: value
        }
    }

    func bad(_ name: String, _ reason: String) -> ASRError {
        .model("\(file.path): \((path + [name]).joined(separator: ".")) \(reason)")
    }

    /// An object in this one.
    func section(_ name: String) throws -> JSONFields {
        guard let section = try optionalSection(name) else { throw bad(name, "is missing") }
        return section
    }

    func optionalSection(_ name: String) throws -> JSONFields? {
        guard let value = value(name) else { return nil }
        guard case .object(let values) = value else {
            throw bad(name, "is \(value.description), expected an object")
        }
        return JSONFields(file: file, path: path + [name], values: values)
    }

    /// A whole number, by whichever of its names the file has. Where it has several, they agree.
    func int(_ names: String...) throws -> Int {
        guard let found = try names.compactMap(optionalInt).first else {
            throw bad(names[0], "is missing")
        }
        for name in names {
            if let other = try optionalInt(name), other != found {
                throw bad(name, "is \(other), but it has \(found) by another name, too")
            }
        }
        return found
    }

    func optionalInt(_ name: String) throws -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.int else {
            throw bad(name, "is \(value.description), expected a whole number")
        }
        return number
    }

    func optionalFloat(_ name: String) throws -> Float? {
        guard let value = value(name) else { return nil }
        guard case .number(let text) = value, let number = Float(text) else {
            throw bad(name, "is \(value.description), expected a number")
        }
        return number
    }

    func optionalBool(_ name: String) throws -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .bool(let truth) = value else {
            throw bad(name, "is \(value.description), expected true or false")
        }
        return truth
    }

    /// A number or a list of them.
    func ints(_ name: String) throws -> [Int]? {
        guard let value = value(name) else { return nil }
        if let number = value.int { return [number] }
        guard case .array(let items) = value, case let numbers = items.compactMap(\.int),
            numbers.count == items.count
        else {
            throw bad(name, "is \(value.description), expected whole numbers")
        }
        return numbers
    }
}

extension JSONValue {
    /// A whole number in any spelling, as in `1000000.0`.
    fileprivate var int: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text) ?? Double(text).flatMap(Int.init(exactly:))
    }
}
