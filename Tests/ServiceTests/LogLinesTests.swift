import Glibc
import Reactor
import Testing
import Timing

@testable import Service

/// A log whose reader is slow, or gone to sleep.
@Suite struct LogLinesTests {
    /// A pipe that takes not one octet more.
    private struct FullPipe {
        let read: Int32
        let write: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            (read, write) = (ends[0], ends[1])
            let flags = fcntl(write, F_GETFL)
            _ = fcntl(write, F_SETFL, flags | O_NONBLOCK)
            let octets = [UInt8](repeating: UInt8(ascii: "."), count: 4096)
            while Glibc.write(write, octets, octets.count) > 0 {}
            _ = fcntl(write, F_SETFL, flags)
        }

        /// Reads on until there is a line with this.
        func text(until word: String) -> String {
            var (text, octets) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
            while true {
                let count = Glibc.read(read, &octets, octets.count)
                guard count > 0 else { return String(decoding: text, as: UTF8.self) }
                text += octets[..<count].filter { $0 != UInt8(ascii: ".") }
                let sofar = String(decoding: text, as: UTF8.self)
                if sofar.contains(word), sofar.last == "\n" { return sofar }
            }
        }

        func close() {
            Glibc.close(read)
            Glibc.close(write)
        }
    }

    /// The records, without their times.
    private static func messages(_ text: String) -> [Substring] {
        text.split(separator: "\n").map { $0.drop { $0 != " " }.dropFirst() }
    }

    @Test(.timeLimit(.minutes(1)))
    func `nobody waits for a pipe that is not read, and what is lost is counted in its place`()
        throws
    {
        let pipe = try FullPipe()
        let lines = LogLines(pipe.write, limit: 8)
        let log = Log(level: .info, isJSON: false, lines: lines)
        for number in 1...100 { log(.info, "record \(number)") }
        lines.flush(within: .milliseconds(1))
        let first = pipe.text(until: "lost")
        #expect(
            Self.messages(first) == (1...8).map { "info record \($0)" } + ["warning 92 lines lost"])
        log(.info, "the end")
        #expect(Self.messages(pipe.text(until: "end")) == ["info the end"])
        pipe.close()
    }

    @Test func `where no thread can be had lines are written at once, and nobody waits either`()
        throws
    {
        let pipe = try FullPipe()
        defer { pipe.close() }
        let lines = LogLines(
            pipe.write,
            start: { _, _ throws(SystemError) in
                throw SystemError(call: "pthread_create", code: EAGAIN)
            })
        let log = Log(level: .info, isJSON: false, lines: lines)
        for number in 1...3 { log(.info, "record \(number)") }
        var octets = [UInt8](repeating: 0, count: 65_536)
        #expect(read(pipe.read, &octets, octets.count) == octets.count, "dots alone")
        log(.info, "the end")
        let text = pipe.text(until: "end")
        #expect(Self.messages(text) == ["warning 3 lines lost", "info the end"])
    }

    @Test(.timeLimit(.minutes(1))) func `a flush returns when all has been written`() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let lines = LogLines(ends[1])
        let log = Log(level: .info, isJSON: true, lines: lines)
        for number in 1...100 { log(.info, "\(number)") }
        lines.flush(within: .seconds(60))
        var octets = [UInt8](repeating: 0, count: 65_536)
        let count = read(ends[0], &octets, octets.count)
        let text = String(decoding: octets.prefix(max(count, 0)), as: UTF8.self)
        #expect(text.split(separator: "\n").count == 100)
        #expect(text.hasSuffix("\"level\":\"info\",\"message\":\"100\"}\n"))
    }
}
