import Foundation
import Testing

/// One of our executables, as a test runs it.
class DoorProcess {
    let process = Process()
    /// The log so far.
    private(set) var log = ""
    private let errors = Pipe()

    /// Starts it and waits for a record that contains `sign`.
    init(
        _ path: String, _ arguments: [String], environment: [String: String] = [:],
        until sign: String
    ) throws {
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments + ["--log-format", "json"]
        process.environment = ProcessInfo.processInfo.environment
            .merging(environment) { $1 }
        process.standardError = errors
        try process.run()
        try wait(for: sign)
    }

    deinit { if process.isRunning { process.terminate() } }

    /// Reads the log on, until a record that contains `sign`.
    func wait(for sign: String) throws {
        while !log.split(separator: "\n").contains(where: { $0.contains(sign) }) {
            let chunk = try #require(errors.nextChunk(), "no \(sign) for a minute: \(log)")
            try #require(!chunk.isEmpty, "it ended: \(log)")
            log += String(decoding: chunk, as: UTF8.self)
        }
    }

    /// Ends it as a service manager would.
    ///
    /// - Returns: Its exit code and what it still wrote.
    func stop() -> (code: Int32, output: String) {
        process.terminate()
        return end()
    }

    /// Waits for it to end by itself.
    ///
    /// - Returns: Its exit code and what it still wrote.
    func end() -> (code: Int32, output: String) {
        let rest = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: rest, as: UTF8.self))
    }

    /// The number behind `prefix` in the log.
    func number(after prefix: String) throws -> Int {
        let range = try #require(log.range(of: prefix), "no \(prefix) in \(log)")
        return Int(log[range.upperBound...].prefix { $0.isNumber }) ?? 0
    }
}

/// An `sfu` of one test, on ports of its own choice.
final class SFUProcess: DoorProcess {
    private(set) var port = 0
    private(set) var rtcPort: UInt16 = 0

    /// Starts it and waits for its record that it listens.
    init(_ arguments: [String] = []) throws {
        try super.init(
            Lab.sfu, ["--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0"] + arguments,
            until: "\"rtc\":")
        port = try number(after: "\"http\":\"127.0.0.1:")
        rtcPort = UInt16(try number(after: "\"rtc\":\"127.0.0.1:"))
    }
}

/// A `relay` of one camera to one endpoint.
final class RelayProcess: DoorProcess {
    /// Starts it and waits for a record that contains `sign`.
    init(_ source: String, to endpoint: String, bearer: String, until sign: String) throws {
        try super.init(
            Lab.executable("relay"),
            ["--source", source, "--publish", endpoint, "--http", "127.0.0.1:0"],
            environment: ["SLUICE_BEARER": bearer], until: sign)
    }
}

/// A `recorder` of one WHEP endpoint.
final class RecorderProcess: DoorProcess {
    /// Starts it; its files go to `directory`.
    init(_ endpoint: String, bearer: String, to directory: String) throws {
        try super.init(
            Lab.executable("recorder"),
            ["--source", endpoint, "--output", directory, "--http", "127.0.0.1:0"],
            environment: ["SLUICE_BEARER": bearer], until: "\"http\":\"port ")
    }
}
