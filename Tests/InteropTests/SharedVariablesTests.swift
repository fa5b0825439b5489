import Testing

@testable import Service

/// The executables of one machine may share an environment.
@Suite(.tags(.interop), .timeLimit(.minutes(1))) struct SharedVariablesTests {
    /// What an executable understands, by its own words.
    private static func command(_ door: String) async throws -> Command {
        let (help, code) = try await run(Lab.executable(door), ["--help"])
        #expect(code == 0)
        let options = help.split(separator: "\n").compactMap { line -> Option? in
            guard line.hasPrefix("  --") else { return nil }
            return Option(String(line.dropFirst(4).prefix { $0 != " " }), .flag, help: "")
        }
        #expect(options.count > 10)
        var command = Command(name: door, summary: "", version: "", options: [])
        command.options = options
        return command
    }

    @Test func `no option of one of them passes for another's that is misspelt`() async throws {
        let commands = [
            try await Self.command("sfu"), try await Self.command("relay"),
            try await Self.command("recorder"),
        ]
        let variables = Set(commands.flatMap { $0.options.map(\.variable) })
        for command in commands {
            #expect(command.warning(ofVariables: variables) == nil, "\(command.name)")
            #expect(command.warning(ofVariables: ["SLUICE_LOG_LEVL"]) != nil)
        }
    }
}
