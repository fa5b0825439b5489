/// Why a command line, the environment or a configuration file was not understood. One line each.
public enum SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no flag of that name.
    case unknownFlag(String)
    /// Something that is no flag.
    case unexpectedArgument(String)
    /// A flag stands at the end, without its value.
    case missingValue(String)
    /// A value its option does not take; says where it came from.
    case badValue(source: String, value: String, complaint: String)
    /// A file that cannot be read.
    case unreadableFile(UnreadableFile)
    /// A key's value of a kind that its option does not take: a list, an object, null.
    case wrongKind(source: String, kind: String, complaint: String)
    /// A file that is no JSON: what is wrong, and in which line.
    case malformedJSON(file: String, line: Int, reason: String)
    /// A configuration file that is no object.
    case malformedFile(String)
    /// A file that is no list.
    case malformedList(String)
    /// Something in a list that is no object, by its place from 1 on.
    case malformedElement(file: String, number: Int, kind: String)
    /// A list that a flag or a variable names, beside one in the configuration file: one of them would be
    /// passed over.
    case secondList(source: String, file: String)
    /// An option that means nothing without another.
    case lacksCompanion(String, companion: String)
    /// A key in the file that no option has.
    case unknownKey(String, file: String)

    /// How the process ends for it.
    public var exitCode: ExitCode {
        switch self {
        case .unreadableFile: .noInput
        case .unknownFlag, .unexpectedArgument, .missingValue, .badValue, .wrongKind,
            .malformedJSON,
            .malformedFile, .malformedList, .malformedElement, .secondList, .lacksCompanion,
            .unknownKey:
            .usage
        }
    }

    /// One line that names the thing.
    public var description: String {
        switch self {
        case .unknownFlag(let flag): "unknown option \(flag); --help lists them all"
        case .unexpectedArgument(let argument): "unexpected argument \(argument); see --help"
        case .missingValue(let flag): "\(flag) needs a value"
        case .badValue(let source, let value, let complaint):
            "\(source) \(complaint), not \"\(value)\""
        case .unreadableFile(let file): file.description
        case .wrongKind(let source, let kind, let complaint): "\(source) \(complaint), not \(kind)"
        case .malformedJSON(let file, let line, let reason):
            "\(file) is not valid JSON: line \(line): \(reason)"
        case .malformedFile(let path): "\(path) is not a JSON object of settings"
        case .malformedList(let path): "\(path) is not a JSON list of objects"
        case .malformedElement(let file, let number, let kind):
            "number \(number) of the list in \(file) must be an object of settings, not \(kind)"
        case .secondList(let source, let file):
            "\(file) has a list already: leave \(source) or that one out"
        case .lacksCompanion(let name, let companion): "--\(name) needs --\(companion)"
        case .unknownKey(let key, let file): "unknown key \(Self.told(key)) in \(file)"
        }
    }

    /// A key as it may be told: one that no option could be called, as a URL is, may have a password in it.
    static func told(_ key: String) -> String {
        let isWord =
            key.utf8.count <= 40
            && key.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) }
        return isWord ? "\"\(key)\"" : "that is no word"
    }
}
