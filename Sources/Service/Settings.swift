public import Wire

/// The values of an executable's options, from all their sources: a flag wins over the environment,
/// the environment over the configuration file, that over the default.
public struct Settings: Sendable {
    var values: [String: [String]] = [:]

    /// Nothing is said.
    init() {}

    /// Reads all sources; pure, but for what `readFile` does.
    ///
    /// - Parameters:
    ///   - options: What is understood.
    ///   - arguments: Without the executable's own name.
    ///   - environment: Variables by name.
    ///   - readFile: The octets of a file.
    public init(
        _ options: [Option], arguments: [String], environment: [String: String],
        readFile: (String) throws(UnreadableFile) -> [UInt8]
    ) throws(SettingsError) {
        var given = try Self.flags(options, arguments)
        var inherited = try Self.variables(options, environment)
        try Self.readLists(options, in: &given, readFile)
        try Self.readLists(options, in: &inherited, readFile)
        var filed: [String: [String]] = [:]
        if let path = given["config"]?.last ?? inherited["config"]?.last {
            filed = try Self.keys(options, try Self.file(path, readFile), readFile)
            for option in options where option.value == .list && filed[option.name] != nil {
                let source = given[option.name].map { _ in "--" + option.name }
                guard let source = source ?? inherited[option.name].map({ _ in option.variable })
                else { continue }
                throw .secondList(source: source, file: path)
            }
        }
        for option in options {
            let said = given[option.name] ?? inherited[option.name] ?? filed[option.name]
            values[option.name] = said ?? option.fallback.map { [$0] }
            if let companion = option.companion, said != nil, said != ["false"],
                [given, inherited, filed].allSatisfy({ $0[companion] == nil })
            {
                throw .lacksCompanion(option.name, companion: companion)
            }
        }
    }

    /// The value of an option; `nil` when it has neither value nor default.
    public subscript(name: String) -> String? { values[name]?.last }

    /// All values of a repeated option.
    public func all(_ name: String) -> [String] { values[name] ?? [] }

    /// Whether a flag is set.
    public func isSet(_ name: String) -> Bool { self[name] == "true" }

    /// The value of a numeric option that has a default.
    public func number(_ name: String) -> Int { self[name].flatMap { Int($0) } ?? 0 }

    /// The value of an address option.
    public func endpoint(_ name: String) -> Endpoint? { self[name].flatMap { Endpoint($0) } }

    private static func flags(
        _ options: [Option], _ arguments: [String]
    ) throws(SettingsError) -> [String: [String]] {
        var values: [String: [String]] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else { throw .unexpectedArgument(argument) }
            let parts = argument.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let option = options.first(where: { $0.name == parts.first ?? "" }) else {
                throw .unknownFlag("--\(parts.first ?? "")")
            }
            let value: String
            if parts.count == 2 {
                value = String(parts[1])
            } else if option.value == .flag {
                value = "true"
            } else {
                guard let next = rest.popFirst() else { throw .missingValue("--\(option.name)") }
                value = next
            }
            try add(value, of: option, from: "--\(option.name)", to: &values)
        }
        return values
    }

    private static func variables(
        _ options: [Option], _ environment: [String: String]
    ) throws(SettingsError) -> [String: [String]] {
        var values: [String: [String]] = [:]
        for option in options {
            guard option.isInherited, let text = environment[option.variable] else { continue }
            let parts = option.isRepeated ? text.split(separator: ",").map(String.init) : [text]
            for part in parts { try add(part, of: option, from: option.variable, to: &values) }
        }
        return values
    }

    /// Puts lists in the place of the names of their files.
    private static func readLists(
        _ options: [Option], in values: inout [String: [String]],
        _ readFile: (String) throws(UnreadableFile) -> [UInt8]
    ) throws(SettingsError) {
        for option in options where option.value == .list {
            guard let path = values[option.name]?.last else { continue }
            values[option.name] = [try file(path, readFile).list()]
        }
    }

    private static func file(
        _ path: String, _ readFile: (String) throws(UnreadableFile) -> [UInt8]
    ) throws(SettingsError) -> ConfigurationFile {
        let octets: [UInt8]
        do throws(UnreadableFile) { octets = try readFile(path) } catch {
            throw .unreadableFile(error)
        }
        return try ConfigurationFile(path, octets)
    }

    private static func keys(
        _ options: [Option], _ file: ConfigurationFile,
        _ readFile: (String) throws(UnreadableFile) -> [UInt8]
    ) throws(SettingsError) -> [String: [String]] {
        if let option = options.first(where: { $0.value == .list }),
            let list = try file.list(file.root)
        {
            return [option.name: [list]]
        }
        guard case .object(let members) = file.root else { throw .malformedFile(file.path) }
        var values: [String: [String]] = [:]
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            guard let option = options.first(where: { $0.name == key }), option.isInherited,
                key != "config"
            else {
                throw .unknownKey(key, file: file.path)
            }
            if option.value == .list, let list = try file.list(value) {
                values[key] = [list]
                continue
            }
            for text in try texts(value, of: option, in: file) {
                try add(text, of: option, from: "\"\(key)\" in \(file.path)", to: &values)
            }
            if option.value == .list, let path = values[key]?.last {
                values[key] = [try self.file(file.beside(path), readFile).list()]
            }
        }
        return values
    }

    /// What a key of the file says, each as a flag would say it.
    private static func texts(
        _ value: JSONValue, of option: Option, in file: ConfigurationFile
    ) throws(SettingsError) -> [String] {
        var values = [value]
        if case .list(let elements, _) = value, option.isRepeated { values = elements }
        var texts: [String] = []
        for value in values {
            guard let text = value.text(for: option) else {
                throw .wrongKind(
                    source: "\"\(option.name)\" in \(file.path)", kind: value.kind,
                    complaint: option.requirement)
            }
            texts.append(text)
        }
        return texts
    }

    private static func add(
        _ value: String, of option: Option, from source: String,
        to values: inout [String: [String]]
    ) throws(SettingsError) {
        if let complaint = option.complaint(about: value) {
            throw .badValue(source: source, value: option.told(value), complaint: complaint)
        }
        values[option.name] = option.isRepeated ? (values[option.name] ?? []) + [value] : [value]
    }
}
