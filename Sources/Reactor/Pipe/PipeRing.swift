import Synchronization

/// Frames from one loop to one other: one writer, one reader, no lock, no allocation but the first.
///
/// A frame lies whole behind four octets of its length, at a multiple of eight. One that would not
/// fit before the end begins at the start again.
final class PipeRing: Sendable {
    let capacity: Int
    /// Octets ever written, the skipped ones included; set by the writer alone.
    let written = LoneCount()
    /// Octets ever read; set by the reader alone.
    let read = LoneCount()
    // Set by the writer before it first tells of a frame, and read after that: `written` orders it.
    nonisolated(unsafe) private(set) var base: UnsafeMutableRawPointer?

    /// - Parameter capacity: A power of two, many times the longest frame.
    init(capacity: Int) {
        precondition(
            capacity > 4 * pipeFrameLimit && capacity & (capacity - 1) == 0,
            "a pipe's capacity is a power of two and holds several frames")
        self.capacity = capacity
    }

    deinit { base?.deallocate() }

    /// The memory; taken at the first use, for most pairs of loops never have anything to say.
    fileprivate func memory() -> UnsafeMutableRawPointer {
        if let base { return base }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
        base = memory
        return memory
    }
}

/// A count that one thread sets, and nobody else's: with two of them on one cache line, each thread
/// would wait for what the other has just written. Processors fetch lines of 64 octets in pairs.
struct LoneCount: ~Copyable {
    private let before = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    let value = Atomic<Int>(0)
    private let after = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}

/// The writing end, of the one thread that writes.
struct PipeWriter {
    private let ring: PipeRing
    private var position: Int  // octets written, told of or not
    private var toldPosition: Int
    private var knownRead: Int

    /// Goes on where the end before this one, which writes no more, has left off.
    init(_ ring: PipeRing) {
        self.ring = ring
        position = ring.written.value.load(ordering: .acquiring)
        (toldPosition, knownRead) = (position, ring.read.value.load(ordering: .acquiring))
    }

    /// Room for one frame; `nil` while the reader is so late that there is none.
    mutating func reserve() -> UnsafeMutableRawBufferPointer? {
        let base = ring.memory()
        let offset = position & (ring.capacity - 1)
        let rest = ring.capacity - offset
        let skipped = rest < lengthByteCount + pipeFrameLimit ? rest : 0
        guard has(skipped + lengthByteCount + pipeFrameLimit) else { return nil }
        if skipped > 0 {
            base.storeBytes(of: restartMark, toByteOffset: offset, as: UInt32.self)
            position += skipped
        }
        return UnsafeMutableRawBufferPointer(
            start: base + position & (ring.capacity - 1) + lengthByteCount, count: pipeFrameLimit)
    }

    /// The frame in the room just reserved is complete.
    mutating func commit(_ byteCount: Int) {
        precondition(byteCount <= pipeFrameLimit, "a frame longer than the room reserved for it")
        ring.memory().storeBytes(
            of: UInt32(byteCount), toByteOffset: position & (ring.capacity - 1), as: UInt32.self)
        position += (lengthByteCount + byteCount + 7) & ~7
    }

    /// Lets the reader see all complete frames; `false` when there are none that it could not.
    mutating func tell() -> Bool {
        guard position != toldPosition else { return false }
        toldPosition = position
        ring.written.value.store(position, ordering: .releasing)
        return true
    }

    private mutating func has(_ byteCount: Int) -> Bool {
        if position + byteCount - knownRead <= ring.capacity { return true }
        knownRead = ring.read.value.load(ordering: .acquiring)
        return position + byteCount - knownRead <= ring.capacity
    }
}

/// The reading end, of the one thread that reads.
struct PipeReader {
    private let ring: PipeRing
    private var position: Int

    /// Goes on where the end before this one, which reads no more, has left off.
    init(_ ring: PipeRing) {
        self.ring = ring
        position = ring.read.value.load(ordering: .acquiring)
    }

    /// Gives `body` every frame told of by now, in order.
    mutating func drain(_ body: (RawSpan) -> Void) {
        let end = ring.written.value.load(ordering: .acquiring)
        guard position != end, let base = ring.base else { return }
        while position < end {
            let offset = position & (ring.capacity - 1)
            let length = base.load(fromByteOffset: offset, as: UInt32.self)
            guard length != restartMark else {
                position += ring.capacity - offset
                continue
            }
            let frame = UnsafeRawBufferPointer(
                start: base + offset + lengthByteCount, count: Int(length))
            body(frame.bytes)
            position += (lengthByteCount + Int(length) + 7) & ~7
        }
        ring.read.value.store(position, ordering: .releasing)
    }
}

/// No frame is longer: a packet slot, and what a pipe says of the packet.
let pipeFrameLimit = 2048
private let lengthByteCount = 4
private let restartMark = UInt32.max  // longer than any frame
