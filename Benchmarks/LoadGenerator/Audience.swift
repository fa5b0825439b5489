import Ciphers
import Glibc
import Reactor
import Timing
import Wire

/// All consumers of one run, on one thread: joins them one by one, then reads and counts.
final class Audience {
    private let wanted: Int
    private let join: (Int) throws -> Viewer
    private var viewers: [Viewer] = []
    private var descriptors: [pollfd] = []
    private let scratch = UnsafeMutableRawPointer.allocate(byteCount: 8192, alignment: 16)
    private var nextTick = Instant(nanoseconds: 0)
    private var nextReport = Instant(nanoseconds: 0)

    init(wanted: Int, join: @escaping (Int) throws -> Viewer) {
        (self.wanted, self.join) = (wanted, join)
    }

    /// Joins everyone, says `begin`, counts for `seconds`, says `end` and the counts.
    func run(warm: Double, seconds: Double) throws {
        let limit = Instant.now() + .seconds(30)
        while viewers.count < wanted {
            try add()
            let patience = Instant.now() + .milliseconds(500)
            while viewers.last?.session.isConnected == false, Instant.now() < patience { turn() }
        }
        while viewers.contains(where: { $0.firstVideo == nil }) {
            guard Instant.now() < limit else { throw LoadError.timedOut("waiting for media") }
            turn()
        }
        read(for: warm)
        viewers.forEach { $0.beginWindow() }
        say("begin")
        read(for: seconds)
        say("end")
        report()
    }

    private func add() throws {
        let viewer = try join(viewers.count)
        descriptors.append(
            pollfd(fd: viewer.session.socket.descriptor, events: Int16(POLLIN), revents: 0))
        viewers.append(viewer)
        viewer.session.advance(to: .now())
    }

    private func read(for seconds: Double) {
        let end = Instant.now() + Interval(nanoseconds: Int64(seconds * 1e9))
        while Instant.now() < end { turn() }
    }

    private func turn() {
        _ = poll(&descriptors, nfds_t(descriptors.count), 10)
        let now = Instant.now()
        for (index, descriptor) in descriptors.enumerated() where descriptor.revents != 0 {
            viewers[index].drain(at: now, scratch: scratch)
        }
        guard now >= nextTick else { return }
        nextTick = now + .milliseconds(20)
        for viewer in viewers { viewer.session.advance(to: now) }
        guard now >= nextReport else { return }
        nextReport = now + .seconds(1)
        for viewer in viewers where viewer.firstVideo != nil { viewer.report() }
    }

    private func report() {
        let received = viewers.map(\.received)
        let first = viewers.compactMap { viewer in viewer.firstMedia.map { $0 - viewer.posted } }
        let picture = viewers.compactMap { viewer in viewer.firstVideo.map { $0 - viewer.posted } }
        let profile = viewers.first?.session.profile
        say(
            """
            {"cipher": "\(profile == .aeadAES128GCM ? "AEAD_AES_128_GCM" : "AES_CM_128_HMAC_SHA1_80")", \
            "consumers": \(wanted), "received": \(received.reduce(0, +)), \
            "received_least": \(received.min() ?? 0), "received_most": \(received.max() ?? 0), \
            "bytes": \(viewers.map(\.bytes).reduce(0, +)), "lost": \(viewers.map(\.lost).reduce(0, +)), \
            "verified": \(viewers.map(\.verified).reduce(0, +)), \
            "refused": \(viewers.map(\.refused).reduce(0, +)), \
            "first_media_p50": \(median(first)), "first_video_p50": \(median(picture))}
            """)
    }

    private func median(_ intervals: [Interval]) -> Double {
        intervals.isEmpty ? 0 : intervals.sorted()[intervals.count / 2].seconds
    }
}
