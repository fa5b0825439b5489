import Foundation
import Testing

/// An `sfu` of one test, on ports of its own choice.
final class SFUProcess {
    let process = Process()
    private let errors = Pipe()
    private(set) var port = 0
    private(set) var rtcPort: UInt16 = 0

    /// Starts it and waits for its record that it listens.
    init(_ arguments: [String] = []) throws {
        process.executableURL = URL(fileURLWithPath: Lab.sfu)
        process.arguments =
            ["--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0", "--log-format", "json"] + arguments
        process.standardError = errors
        try process.run()
        var text = ""
        while !text.contains("\n") {
            let chunk = errors.fileHandleForReading.availableData
            try #require(!chunk.isEmpty, "sfu ended: \(text)")
            text += String(decoding: chunk, as: UTF8.self)
        }
        port = Int(try Self.number(after: "\"http\":\"127.0.0.1:", in: text)) ?? 0
        rtcPort = UInt16(try Self.number(after: "\"rtc\":\"127.0.0.1:", in: text)) ?? 0
    }

    deinit { if process.isRunning { process.terminate() } }

    /// Ends it as a service manager would.
    ///
    /// - Returns: Its exit code and what it still wrote.
    func stop() -> (code: Int32, output: String) {
        process.terminate()
        let rest = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: rest, as: UTF8.self))
    }

    private static func number(after prefix: String, in text: String) throws -> String {
        let range = try #require(text.range(of: prefix), "no \(prefix) in \(text)")
        return String(text[range.upperBound...].prefix { $0.isNumber })
    }
}
