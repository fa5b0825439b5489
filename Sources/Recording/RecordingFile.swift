import Glibc
import Reactor
import Synchronization

/// One growing file, written by a thread of its own: a slow disk holds up no camera.
///
/// What waits for the disk is bounded; beyond 8 MB the newest is dropped and counted, and the stream
/// goes on at the next packet boundary.
public final class RecordingFile: Sendable {
    /// Where it lies.
    public let path: String

    private struct State {
        var waitingBytes = 0
        var writtenBytes: UInt64 = 0
        var droppedBytes: UInt64 = 0
        var failure: String?
        var isClosed = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let mailbox: Mailbox<[UInt8]>
    private let descriptor: Int32

    /// Makes the file; one that is there already is an error, so that nothing is overwritten.
    ///
    /// - Parameters:
    ///   - path: Where it is to lie.
    ///   - onFailure: Told once, from the writing thread, when the disk refuses.
    public convenience init(
        path: String, onFailure: @escaping @Sendable (String) -> Void
    ) throws(RecordingFileError) {
        try self.init(
            path: path, descriptor: open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644),
            onFailure: onFailure)
    }

    /// A file on a descriptor that is open already, and is closed with it.
    init(
        path: String, descriptor: Int32, onFailure: @escaping @Sendable (String) -> Void
    ) throws(RecordingFileError) {
        (self.path, self.descriptor) = (path, descriptor)
        guard descriptor >= 0 else { throw RecordingFileError(path: path, reason: Self.reason()) }
        do {
            mailbox = try Mailbox(capacity: 65_536)
            try startThread(name: "file") { [self] in write(onFailure) }
        } catch {
            Glibc.close(descriptor)
            throw RecordingFileError(path: path, reason: error.description)
        }
    }

    /// Octets that are in the file.
    public var writtenBytes: UInt64 { state.withLock { $0.writtenBytes } }

    /// Octets that the disk was too slow for.
    public var droppedBytes: UInt64 { state.withLock { $0.droppedBytes } }

    /// Queues octets for the file. Never blocks.
    public func append(_ bytes: [UInt8]) {
        let fits = state.withLock { state in
            guard state.failure == nil, state.waitingBytes + bytes.count <= Self.waitingLimit
            else {
                state.droppedBytes += UInt64(bytes.count)
                return false
            }
            state.waitingBytes += bytes.count
            return true
        }
        guard fits else { return }
        do throws(MailboxRefusal) { try mailbox.post(bytes) } catch {
            state.withLock { $0.droppedBytes += UInt64(bytes.count) }
        }
    }

    /// Writes what waits, hands it to the disk and closes the file.
    public func close() async {
        mailbox.close()
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waiters.append(continuation) }
                return state.isClosed
            }
            if isClosed { continuation.resume() }
        }
    }

    private func write(_ onFailure: @Sendable (String) -> Void) {
        var isOpen = true
        while isOpen {
            // A mailbox can always be waited for while it lives.
            try? mailbox.wait()
            isOpen = mailbox.drain { bytes in
                if let reason = put(bytes) { onFailure(reason) }
            }
        }
        fsync(descriptor)
        Glibc.close(descriptor)
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Writes all of it; a reason the first time that the disk refuses.
    private func put(_ bytes: [UInt8]) -> String? {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            offset += count
        }
        let reason = offset < bytes.count ? Self.reason() : nil
        return state.withLock { state in
            state.waitingBytes -= bytes.count
            state.writtenBytes += UInt64(offset)
            guard let reason, state.failure == nil else { return nil }
            state.failure = reason
            return reason
        }
    }

    private static func reason() -> String {
        let text = String(cString: strerror(errno))
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    private static let waitingLimit = 8 << 20
}

/// Why a file cannot be made.
public struct RecordingFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which.
    public var path: String
    /// The kernel's words.
    public var reason: String

    /// One line.
    public var description: String { "cannot write \(path): \(reason)" }
}
