import CSystem
import Synchronization
import Timing

/// Pipes between a number of loops, each to each: how engines on different threads share work.
///
/// Make one, and give each loop its place in it (`LoopConfiguration.pipes`). A pipe is a ring that one
/// thread writes and one reads; a turn that wrote to a loop wakes it once. A full pipe refuses, and
/// the engine hears of it (`Engine.refuseFrames`).
public final class LoopPipes: Sendable {
    /// One loop's place among those connected.
    public struct Place: Sendable {
        let pipes: LoopPipes
        let index: Int
    }

    /// How many loops there are.
    public let loopCount: Int
    private let rings: [PipeRing]
    fileprivate let wakes: [PipeWake]

    /// Pipes between `loopCount` loops, each of `byteCount` octets, a power of two; memory is taken
    /// when a pipe is first used.
    public init(loopCount: Int, byteCount: Int = defaultPipeByteCount) throws(SystemError) {
        self.loopCount = loopCount
        rings = (0..<loopCount * loopCount).map { _ in PipeRing(capacity: byteCount) }
        var wakes: [PipeWake] = []
        for _ in 0..<loopCount { wakes.append(try PipeWake()) }
        self.wakes = wakes
    }

    /// The place of one loop at a time: the next one to take it goes on where that has left off.
    public subscript(index: Int) -> Place {
        precondition((0..<loopCount).contains(index), "a place beyond the number of loops")
        return Place(pipes: self, index: index)
    }

    fileprivate func ring(from source: Int, to target: Int) -> PipeRing {
        rings[source * loopCount + target]
    }
}

/// A group of pictures at its largest, twice over.
public let defaultPipeByteCount = 1 << 21

/// Wakes one loop, once for all that is written before it looks.
private final class PipeWake: Sendable {
    let descriptor: Int32
    private let isRaised = Atomic<Bool>(false)

    init() throws(SystemError) { descriptor = try SystemError.check(system_wake_open(), "eventfd") }

    deinit { system_close(descriptor) }

    func raise() {
        guard !isRaised.exchange(true, ordering: .acquiringAndReleasing) else { return }
        _ = system_wake(descriptor)
    }

    /// Called before the rings are read: who writes after it wakes the loop once more.
    func clear() {
        system_wake_clear(descriptor)
        _ = isRaised.exchange(false, ordering: .acquiringAndReleasing)
    }
}

/// One loop's ends of its pipes; without any, all of this is nothing.
struct PipeEnds {
    private var readers: [(loop: Int, end: PipeReader)] = []
    private var writers: [(loop: Int, end: PipeWriter, wake: PipeWake)] = []
    private let wake: PipeWake?

    /// What to wait on for frames.
    var descriptor: Int32? { wake?.descriptor }

    init(_ place: LoopPipes.Place?) {
        guard let place else {
            wake = nil
            return
        }
        wake = place.pipes.wakes[place.index]
        for other in 0..<place.pipes.loopCount where other != place.index {
            let (inward, outward) = (
                place.pipes.ring(from: other, to: place.index),
                place.pipes.ring(from: place.index, to: other)
            )
            readers.append((other, PipeReader(inward)))
            writers.append((other, PipeWriter(outward), place.pipes.wakes[other]))
        }
    }

    func clearWake() { wake?.clear() }

    /// Hands the engine all frames that have come.
    mutating func receive<E: Engine & ~Copyable>(into engine: inout E, at now: Instant) {
        for index in readers.indices {
            let loop = readers[index].loop
            readers[index].end.drain { frame in engine.receiveFrame(frame, from: loop, at: now) }
        }
    }

    /// Carries all frames the engine has to other loops, and wakes those that have any.
    mutating func send<E: Engine & ~Copyable>(from engine: inout E) {
        for index in writers.indices {
            let loop = writers[index].loop
            while engine.hasFrames(for: loop) {
                guard let slot = writers[index].end.reserve() else {
                    engine.refuseFrames(to: loop)
                    break
                }
                guard let byteCount = engine.nextFrame(to: loop, into: slot) else { break }
                writers[index].end.commit(byteCount)
            }
            if writers[index].end.tell() { writers[index].wake.raise() }
        }
    }
}
