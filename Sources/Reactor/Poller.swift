import CSystem
import Timing

/// What a loop waits on: its socket, its mailbox, and an absolute deadline.
struct Poller: ~Copyable {
    /// Which descriptors are readable; the socket also when it has room that was waited for.
    struct Readiness: OptionSet {
        let rawValue: Int32
        static let socket = Readiness(rawValue: 1 << 0)
        static let mailbox = Readiness(rawValue: 1 << 1)
        static let stream = Readiness(rawValue: 1 << 2)
        static let resolution = Readiness(rawValue: 1 << 3)
        static let pipes = Readiness(rawValue: 1 << 4)

        /// One of the sockets beside the first.
        static func other(_ index: Int) -> Readiness {
            Readiness(rawValue: 1 << (Int32(Poller.firstOther) + Int32(index)))
        }
    }

    static let stream: UInt32 = 2
    static let resolution: UInt32 = 3
    private static let pipes: UInt32 = 4
    fileprivate static let firstOther: UInt32 = 5
    /// Tokens are bits.
    static let otherLimit = 16

    /// Of the epoll that has all but the socket.
    let descriptor: Int32
    private let socket: Int32

    static func open(
        socket: Int32, mailbox: Int32, pipes: Int32? = nil, others: [Int32] = []
    ) throws(SystemError) -> Poller {
        let opened = try SystemError.check(system_poller_open(), "epoll_create1")
        let poller = Poller(descriptor: opened, socket: socket)
        try SystemError.check(system_poller_add(opened, mailbox, 1), "epoll_ctl")
        if let pipes {
            try SystemError.check(system_poller_add(opened, pipes, Self.pipes), "epoll_ctl")
        }
        for (index, other) in others.enumerated() {
            try SystemError.check(
                system_poller_add(opened, other, Self.firstOther + UInt32(index)), "epoll_ctl")
        }
        return poller
    }

    private init(descriptor: Int32, socket: Int32) {
        (self.descriptor, self.socket) = (descriptor, socket)
    }

    deinit { system_close(descriptor) }

    /// Waits until something is readable or `deadline` has come; `nil` waits for ever.
    ///
    /// The socket is polled anew in each wait: registered for good, the kernel would call
    /// into epoll for every packet it has done with.
    ///
    /// The kernel counts from when it is called, so an absolute deadline needs the clock once more
    /// here: with the turn's own reading every wait would be late by the turn's work.
    ///
    /// - Parameters:
    ///   - deadline: When to give up.
    ///   - forRoom: Whether to wait for room in the socket's send buffer as well.
    func wait(until deadline: Instant?, forRoom: Bool) throws(SystemError) -> Readiness {
        let limit = deadline.map { max(0, ($0 - .now()).nanoseconds) } ?? -1
        let ready = try SystemError.check(
            system_poller_wait(descriptor, socket, forRoom, limit), "ppoll")
        return Readiness(rawValue: ready)
    }
}
