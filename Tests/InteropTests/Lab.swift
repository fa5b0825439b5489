import Foundation
import Testing

extension Tag {
    /// Needs real programs beside the package: browsers, Python clients, the kernel's namespaces.
    @Tag static var interop: Self
}

/// Where the package, its executables and the tests' scripts are, and what this machine has.
enum Lab {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// An executable under test: beside the running tests.
    static func executable(_ name: String) -> String {
        URL(fileURLWithPath: CommandLine.arguments[0])
            .deletingLastPathComponent().appendingPathComponent(name).path
    }

    static let sfu = executable("sfu")

    static let python = root + "/.venv/bin/python"
    static let hasPython = FileManager.default.isExecutableFile(atPath: python)
    /// Go, and the libraries of Debian's golang-github-pion-webrtc.v3-dev.
    static let hasPion =
        has("go")
        && FileManager.default.fileExists(atPath: "/usr/share/gocode/src/github.com/pion/webrtc")
    static let isRoot = geteuid() == 0

    static func has(_ tool: String) -> Bool {
        ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"].contains {
            FileManager.default.isExecutableFile(atPath: $0 + tool)
        }
    }

    /// Runs one of the scripts beside this file within `seconds`, and reads the JSON it prints.
    static func script<Value: Decodable>(
        _ name: String, _ arguments: [String], seconds: Int = 90
    ) async throws -> Value {
        try await json(
            [python, root + "/Tests/InteropTests/Support/" + name, sfu] + arguments,
            seconds: seconds)
    }

    /// Runs a program within `seconds`, and reads the JSON of its last line.
    ///
    /// - Parameter mayFail: Whether what it prints counts however it ends.
    static func json<Value: Decodable>(
        _ command: [String], seconds: Int = 90, mayFail: Bool = false
    ) async throws -> Value {
        let (output, code) = try await run("timeout", ["-k", "5", "\(seconds)"] + command)
        func failure(_ reason: String) -> ProgramFailure {
            ProgramFailure(command: command, reason: reason, output: output)
        }
        guard code == 0 || mayFail else { throw failure("ended with \(code)") }
        let line = output.split(separator: "\n").last ?? ""
        do { return try JSONDecoder().decode(Value.self, from: Data(line.utf8)) } catch {
            throw failure("ended with \(code) and printed something else than was wanted, \(error)")
        }
    }
}

/// A program that did not do what it should, with all that it said.
struct ProgramFailure: Error, CustomStringConvertible {
    let command: [String]
    let reason: String
    let output: String

    /// Its last words first: they say what went wrong, and logs keep the first line of an issue.
    var description: String {
        let last = output.split(separator: "\n").last ?? "it said nothing"
        return "\(command.joined(separator: " ")) \(reason): \(last)\n\(output)"
    }
}
