import Pacer
import Timing
import Wire

/// Operations on a paced session: packets of three tracks with any timestamps, time, reports,
/// estimates. Every packet comes back once, its deadline always lies ahead, never more than eight
/// leave in a millisecond, and it always ends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPacedSession(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = ByteReader(UnsafeRawBufferPointer(start: start, count: count).bytes)
    var configuration = PacerConfiguration()
    (configuration.packetCapacity, configuration.frameCapacity) = (32, 16)
    let options = (try? input.readUInt8()) ?? 0
    if options & 1 != 0 { configuration.policy = .recording }
    if options & 2 != 0 { configuration.law = .leakyBucket }
    configuration.spread.groupSize = Int(options >> 4) ^ 4  // any, nonsense too
    var session = PacedSession(configuration)
    for kind in [TrackKind.video, .audio, .control] {
        _ = session.addTrack(kind, clockRate: kind == .audio ? 8_000 : 90_000)
    }
    var run = Run(isPaced: configuration.law == .mediaClock)
    while let operation = try? input.readUInt8() {
        guard perform(operation, &input, on: &session, &run) else { break }
        run.drain(&session)
    }
    while let deadline = session.nextDeadline {
        run.now = max(run.now, deadline)
        run.drain(&session)
    }
    return 0
}

private struct Run {
    var now = Instant(nanoseconds: 1_000_000_000)
    var queued = 0
    var recent: [Instant] = []
    let isPaced: Bool

    init(isPaced: Bool) { self.isPaced = isPaced }

    mutating func drain(_ session: inout PacedSession) {
        session.advance(to: now)
        while let departure = session.nextDeparture() {
            queued -= 1
            guard isPaced && departure.dropReason == nil else { continue }
            recent.append(now)
            guard recent.count > 8 else { continue }
            precondition(now - recent.removeFirst() >= .milliseconds(1), "nine in a millisecond")
        }
        if let deadline = session.nextDeadline { precondition(deadline > now, "it would spin") }
        precondition(session.queuedPackets == queued, "a packet went astray")
        session.checkInvariants()
    }
}

private func perform(
    _ operation: UInt8, _ input: inout ByteReader, on session: inout PacedSession, _ run: inout Run
) -> Bool {
    let track = Int(operation >> 4) % 3
    switch operation & 7 {
    case 0, 1, 2, 3:
        let step = operation & 1 == 0 ? try? UInt32(input.readUInt16()) : try? input.readUInt32()
        guard let step else { return false }
        let packet = PacedPacket(
            payload: 0, track: track, timestamp: step, byteCount: Int(step & 0x7FF),
            isFrameEnd: operation & 2 == 0, isKeyframe: operation & 0x80 != 0)
        if session.enqueue(packet, at: run.now) == .queued { run.queued += 1 }
    case 4:
        guard let milliseconds = try? input.readUInt16() else { return false }
        run.now = run.now + .milliseconds(Int64(milliseconds))
    case 5:
        guard let micro = try? input.readUInt16() else { return false }
        run.now = run.now + .microseconds(Int64(micro))
    case 6:
        guard let timestamp = try? input.readUInt32() else { return false }
        session.senderReport(
            track: track, timestamp: timestamp,
            at: NTPTimestamp(unixNanoseconds: 1_700_000_000_000_000_000 + run.now.nanoseconds))
    default:
        if operation & 8 != 0 { session.reconnected() }
        session.bandwidthEstimated(bitsPerSecond: operation & 16 != 0 ? 500_000 : nil)
    }
    return true
}
