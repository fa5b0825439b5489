import Glibc

/// What an executable is called, and what it understands.
public struct Command: Sendable {
    /// As typed: `sfu`.
    public var name: String
    /// One line for `--help`.
    public var summary: String
    /// Its own settings; the common ones are added.
    public var options: [Option]
    /// As `--version` prints it.
    public var version: String

    /// A command with its own options.
    public init(name: String, summary: String, version: String, options: [Option]) {
        (self.name, self.summary, self.version) = (name, summary, version)
        self.options = options + Option.common
    }

    /// What `--help` prints.
    public var help: String {
        let heads = options.map {
            "--\($0.name)" + ($0.placeholder.isEmpty ? "" : " \($0.placeholder)")
        }
        let width = (heads.map(\.count).max() ?? 0) + 2
        var text = "\(name): \(summary)\n\nOptions (or the environment variable):\n"
        for (option, head) in zip(options, heads) {
            text += "  \(head)" + String(repeating: " ", count: width - head.count) + option.help
            if let fallback = option.fallback { text += " [\(fallback)]" }
            if option.isRepeated { text += " (repeatable)" }
            text += "\n"
        }
        return text + "\nEach option is also a variable: --log-level is SLUICE_LOG_LEVEL.\n"
    }

    /// Reads this process's arguments and environment; answers `--help` and `--version`, and ends
    /// the process with one line on standard error when something is not understood. A variable that looks
    /// misspelt is told to the log. From then on the process may have as many descriptors as the system
    /// allows.
    public func settings() -> Settings {
        raiseDescriptorLimit()
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.contains("--help") { finish(printing: help) }
        if arguments.contains("--version") { finish(printing: "\(name) \(version)\n") }
        let environment = Self.environment
        let settings = required(or: { $0.exitCode }) { () throws(SettingsError) in
            try Settings(
                options, arguments: arguments, environment: environment, readFile: readFile(_:))
        }
        if let warning = warning(ofVariables: environment.keys) { settings.log(.warning, warning) }
        return settings
    }

    /// Ends the process with one line on standard error.
    public func fail(_ reason: String, _ code: ExitCode) -> Never {
        // Behind what the log has to say.
        let line = "\(name): \(reason)\n"
        LogLines.standardError.add(line) { "\(name): \($0) lines lost\n" }
        exit(code.rawValue)
    }

    private func finish(printing text: String) -> Never {
        var text = text
        text.withUTF8 { bytes in _ = write(STDOUT_FILENO, bytes.baseAddress, bytes.count) }
        exit(ExitCode.success.rawValue)
    }

    private static var environment: [String: String] {
        var values: [String: String] = [:]
        var cursor = environ
        while let entry = cursor.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                values[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            cursor += 1
        }
        return values
    }
}
