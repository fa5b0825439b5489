/// The command line: a command, then `--name value` pairs.
struct Options {
    let command: String
    private var values: [String: String] = [:]

    init(_ arguments: [String]) throws(LoadError) {
        guard arguments.count > 1, arguments.count % 2 == 0 else { throw .usage }
        command = arguments[1]
        for index in stride(from: 2, to: arguments.count, by: 2) {
            guard arguments[index].hasPrefix("--") else { throw .usage }
            values[String(arguments[index].dropFirst(2))] = arguments[index + 1]
        }
    }

    subscript(name: String) -> String? { values[name] }

    func number(_ name: String, default value: Double) throws(LoadError) -> Double {
        guard let text = values[name] else { return value }
        guard let number = Double(text) else { throw .usage }
        return number
    }
}

/// What ends a run of the generator.
enum LoadError: Error {
    case usage
    case system(call: String, code: Int32)
    case http(String)
    case answer(String)
    case timedOut(String)
}
