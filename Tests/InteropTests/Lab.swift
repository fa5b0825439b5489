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
        let path = root + "/Tests/InteropTests/Support/" + name
        let (output, code) = try await run(
            "timeout", ["-k", "5", "\(seconds)", python, path, sfu] + arguments)
        try #require(code == 0, "\(name) ended with \(code): \(output)")
        let line = try #require(output.split(separator: "\n").last, "\(name) printed nothing")
        return try JSONDecoder().decode(Value.self, from: Data(line.utf8))
    }
}
