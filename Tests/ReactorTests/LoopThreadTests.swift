import Foundation
import Glibc
import Reactor
import Testing
import Timing

/// What the kernel says of the threads that pace packets.
@Suite(.timeLimit(.minutes(1))) struct LoopThreadTests {
    @Test(arguments: [false, true])
    func `a loop is woken to the nanosecond, and before others where the system permits`(
        realtime: Bool
    ) async throws {
        var configuration = LoopConfiguration(listen: loopback)
        configuration.realtime = realtime
        let loop = try startLoop(
            name: "timing", configuration: configuration, makeEngine: { Echo() },
            onEvent: { _ in })
        let (slack, policy) = try await loop.run { _, _ in
            (Self.timerSlack(), sched_getscheduler(0))
        }
        #expect(loop.report.isRealtime == (policy == SCHED_FIFO))
        if !realtime { #expect(policy == SCHED_OTHER) }
        if let slack { #expect(slack <= 1) }  // none at all under SCHED_FIFO in newer kernels
        await loop.stop()
    }

    /// Nanoseconds that the kernel may wake the calling thread late; `nil` where it does not tell.
    private static func timerSlack() -> Int? {
        let files = FileManager.default
        guard let own = try? files.destinationOfSymbolicLink(atPath: "/proc/thread-self"),
            let thread = own.split(separator: "/").last,
            let octets = files.contents(atPath: "/proc/\(thread)/timerslack_ns")
        else { return nil }
        let text = String(decoding: octets, as: UTF8.self)
        return Int(text.split(whereSeparator: \.isWhitespace).first ?? "")
    }
}
