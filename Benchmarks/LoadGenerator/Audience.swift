import Glibc
import Reactor
import Timing

/// All consumers of one process, on one thread.
final class Audience {
    /// What becomes of the packets that reach the consumers' sockets while they are counted.
    enum Sinks: String {
        /// Every packet wakes its reader and is read.
        case reading
        /// All but the first consumer's are dropped by the kernel: that one stands for the others.
        case dropping
    }

    private let join: (Int) throws -> Viewer
    private let scratch = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 16)
    private let batch: DatagramBatch
    private(set) var viewers: [Viewer] = []
    private var descriptors: [pollfd] = []
    private var nextTick = Instant(nanoseconds: 0)
    private var nextReport = Instant(nanoseconds: 0)

    init(join: @escaping (Int) throws -> Viewer) throws(LoadError) {
        self.join = join
        batch = try DatagramBatch()
    }

    /// Joins one after the other, each when the one before is connected, then waits for media.
    func gather(_ count: Int, isStarted: (Viewer) -> Bool) throws {
        while viewers.count < count {
            try add()
            let patience = Instant.now() + .milliseconds(500)
            while viewers.last?.session.isConnected == false, Instant.now() < patience { turn() }
        }
        let limit = Instant.now() + .seconds(20)
        while let waiting = viewers.first(where: { !isStarted($0) }) {
            guard Instant.now() < limit else {
                throw LoadError.timedOut(
                    "waiting for media, connected: \(waiting.connected != nil)")
            }
            turn()
        }
    }

    /// Counts for `seconds`, saying `begin` and `end`.
    func count(for seconds: Double) {
        viewers.forEach { $0.beginWindow() }
        say("begin")
        read(for: seconds)
        say("end")
    }

    /// From here on the kernel drops what all but the first would read.
    func dropMedia() throws {
        for viewer in viewers.dropFirst() { try viewer.session.socket.dropMedia() }
    }

    /// Joins everybody within `seconds`, evenly, then reads until each has a key frame.
    func storm(_ count: Int, within seconds: Double) throws {
        let start = Instant.now()
        let limit = start + .seconds(20)
        let interval = Int64(seconds * 1e9) / Int64(max(count, 1))
        while viewers.contains(where: { $0.decodable == nil }) || viewers.count < count {
            let due = start + Interval(nanoseconds: Int64(viewers.count) * interval)
            if viewers.count < count, Instant.now() >= due { try add() }
            turn(atMost: 1)
            guard Instant.now() < limit else { throw LoadError.timedOut("waiting for key frames") }
        }
    }

    func read(for seconds: Double) {
        let end = Instant.now() + Interval(nanoseconds: Int64(seconds * 1e9))
        while Instant.now() < end { turn() }
    }

    private func add() throws {
        let viewer = try join(viewers.count)
        descriptors.append(
            pollfd(fd: viewer.session.socket.descriptor, events: Int16(POLLIN), revents: 0))
        viewers.append(viewer)
        viewer.session.advance(to: .now())
    }

    private func turn(atMost milliseconds: Int32 = 10) {
        _ = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
        for (index, descriptor) in descriptors.enumerated() where descriptor.revents != 0 {
            viewers[index].drain(with: batch, scratch: scratch)
        }
        let now = Instant.now()
        guard now >= nextTick else { return }
        nextTick = now + .milliseconds(20)
        for viewer in viewers { viewer.session.advance(to: now) }
        guard now >= nextReport else { return }
        nextReport = now + .seconds(1)
        for viewer in viewers { viewer.report() }
    }
}
