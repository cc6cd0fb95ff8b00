// This folder: type-checks the tool for Apple silicon on any machine.
//
// The part of swift-argument-parser that the command-line tool for Apple silicon uses, as
// declarations: where the package is not there, the tool is type-checked against this.

public struct CommandConfiguration: Sendable {
    public init(commandName: String? = nil, abstract: String = "", discussion: String = "") {}
}

public protocol ParsableCommand {
    static var configuration: CommandConfiguration { get }
    init()
    mutating func run() throws
}

extension ParsableCommand {
    public static func main() {}
}

public struct ArgumentHelp: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) {}
}

@propertyWrapper
public struct Option<Value> {
    public var wrappedValue: Value { fatalError("nothing is parsed here") }
    public init(help: ArgumentHelp? = nil) {}
    public init(wrappedValue: Value, help: ArgumentHelp? = nil) {}
}

@propertyWrapper
public struct Flag<Value> {
    public var wrappedValue: Value { fatalError("nothing is parsed here") }
    public init(wrappedValue: Value, help: ArgumentHelp? = nil) where Value == Bool {}
}
