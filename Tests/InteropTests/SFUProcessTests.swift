import Foundation
import Testing

/// What `sfu` says and does when it is started wrongly, called wrongly or shouted at.
@Suite(.tags(.interop)) struct SFUProcessTests {
    struct Start: CustomTestStringConvertible {
        let arguments: [String]
        let code: Int32
        let names: String
        var testDescription: String { names }
    }

    @Test(arguments: [
        Start(arguments: ["--nonsense"], code: 64, names: "--nonsense"),
        Start(arguments: ["--workers", "none"], code: 64, names: "--workers"),
        Start(arguments: ["--http", "0.0.0.0:0"], code: 64, names: "0.0.0.0:0"),
        Start(arguments: ["--announce", "example.org"], code: 64, names: "example.org"),
        Start(arguments: ["--config", "/nowhere.json"], code: 66, names: "/nowhere.json"),
        Start(arguments: ["--auth-secret", "/nowhere.key"], code: 66, names: "/nowhere.key"),
        Start(
            arguments: ["--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.key"], code: 66,
            names: "/nowhere.pem"),
    ]) func `a wrong start ends with one line that names the thing`(start: Start) async throws {
        let defaults = ["--http", "127.0.0.1:0", "--rtc", "127.0.0.1:0"]
        let (output, code) = try await run(
            "timeout", ["10", Lab.sfu] + defaults + start.arguments)
        #expect(code == start.code)
        #expect(output.split(separator: "\n").count == 1, "\(output)")
        #expect(output.contains(start.names))
    }

    @Test func `a port in use is named, for HTTP and for media`() async throws {
        let first = try SFUProcess()
        for (option, port) in [("--http", first.port), ("--rtc", Int(first.rtcPort))] {
            let other = option == "--http" ? "--rtc" : "--http"
            let (output, code) = try await run(
                "timeout",
                ["10", Lab.sfu, option, "127.0.0.1:\(port)", other, "127.0.0.1:0"])
            #expect(code == 69)
            #expect(output.split(separator: "\n").count == 1 && output.contains("\(port)"))
        }
        #expect(first.stop().code == 0)
    }

    @Test func `help and version go to standard output with exit code 0`() async throws {
        let help = try await run(Lab.sfu, ["--help"])
        #expect(help.code == 0 && help.output.contains("--auth-secret FILE"))
        let version = try await run(Lab.sfu, ["--version"])
        #expect(version.code == 0 && version.output.hasPrefix("sfu "))
    }

    @Test func `garbage is counted by reason and never logged`() async throws {
        let sfu = try SFUProcess()
        let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = sfu.rtcPort.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        for first in [UInt8](0...255) {
            let datagram = [first] + [UInt8](repeating: 0x5A, count: 40)
            _ = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(
                        socket, datagram, datagram.count, 0, $0,
                        socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        let port = sfu.port
        let metrics = try await eventually(within: 10) {
            let body = try await get("/metrics", port: port).body
            return body.contains("reason=\"not_recognized\"} 144\n") ? body : nil
        }
        #expect(metrics.contains("reason=\"malformed_stun\"} 4\n"))
        #expect(metrics.contains("reason=\"unvalidated_address\"} 108\n"))
        let (code, output) = sfu.stop()
        #expect(code == 0)
        #expect(!output.contains("drop") && output.split(separator: "\n").count <= 1)
    }

    @Test(.enabled(if: Lab.has("promtool"), "needs promtool"))
    func `promtool finds nothing to say about the metrics`() async throws {
        let sfu = try SFUProcess()
        let (output, code) = try await run(
            "sh",
            ["-c", "curl -s http://127.0.0.1:\(sfu.port)/metrics | promtool check metrics"])
        #expect(code == 0 && output.isEmpty, "\(output)")
        #expect(sfu.stop().code == 0)
    }
}

/// A GET on a connection of its own.
func get(
    _ path: String, port: Int, headers: String = ""
) async throws -> (status: Int, head: String, body: String) {
    try await call("GET", path, port: port, headers: headers)
}

/// A request on a connection of its own.
func call(
    _ method: String, _ path: String, port: Int, headers: String = "", body: String = ""
) async throws -> (status: Int, head: String, body: String) {
    try await blocking {
        let client = try HTTPClient(port: port)
        try client.request(method, path, headers: headers, body: body)
        return try client.response()
    }
}

/// Asks again until there is an answer; fails when there is none within `seconds`.
@discardableResult
func eventually<Value>(
    within seconds: Double, _ ask: () async throws -> Value?
) async throws -> Value {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        if let value = try await ask() { return value }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw HTTPClient.Failure(what: "nothing within \(seconds) s")
}
