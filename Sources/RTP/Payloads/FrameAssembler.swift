import Timing

/// Puts the pieces of one frame together, for formats whose payloads are pieces of a frame behind a
/// descriptor: VP8, VP9, AV1.
///
/// A frame ends with its marker, with another timestamp, or where its depacketizer sees the next one.
struct FrameAssembler: Sendable {
    /// What goes out.
    var units: AccessUnitQueue
    /// The frame so far.
    var bytes: [UInt8] = []
    /// Whether a decoder can begin with the frame.
    var isKeyframe = false
    /// The first fault; later ones follow from it.
    private(set) var broken: BrokenUnit?

    private var isOpen = false
    private var timestamp: Int64 = 0
    private var arrival = Instant(nanoseconds: 0)
    private var mayLackBeginning = true  // as at a loss: a stream is met anywhere

    init(_ policy: FramePolicy) { units = AccessUnitQueue(policy) }

    /// Whether something of the frame has come, whole or not.
    var hasBegun: Bool { isOpen && (!bytes.isEmpty || broken != nil) }

    /// Why a piece without the beginning of its frame is broken.
    var causeOfMissingStart: BrokenUnit { mayLackBeginning ? .lost : .fragmentWithoutStart }

    /// Finds out whether the packet at `position` begins a frame by its time, and what was lost.
    ///
    /// - Returns: Whether an open frame must end before this packet: call `end` and then `open`.
    mutating func needsEnd(at position: PacketPosition) -> Bool {
        if position.lostBefore > 0 {
            units.isAfterLoss = true
            if isOpen { spoil(.lost) }
        }
        return isOpen && timestamp != position.timestamp
    }

    /// Opens a frame at `position` unless one is open.
    mutating func open(at position: PacketPosition) {
        if position.lostBefore > 0 { mayLackBeginning = true }
        guard !isOpen else { return }
        if bytes.capacity == 0 { bytes = units.spare() }
        (timestamp, arrival, isOpen) = (position.timestamp, position.arrival, true)
    }

    /// Takes note of a piece that can only stand first: nothing before it is missing.
    mutating func proveBeginning() { mayLackBeginning = false }

    mutating func spoil(_ cause: BrokenUnit) { broken = broken ?? cause }

    mutating func append(_ piece: RawSpan) {
        guard bytes.count + piece.byteCount <= units.policy.byteCountLimit else {
            return spoil(.tooLarge)
        }
        piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Ends the open frame and hands it out if it is whole.
    mutating func end() {
        guard isOpen else { return }
        if bytes.isEmpty { spoil(.withoutPicture) }
        let isKeyframe = isKeyframe && broken == nil
        if units.admit(isKeyframe: isKeyframe, hasPicture: !bytes.isEmpty, brokenBy: broken) {
            var memory: [UInt8] = []
            swap(&memory, &bytes)
            units.append(
                AccessUnit(timestamp: timestamp, arrival: arrival, bytes: memory),
                isKeyframe: isKeyframe, isComplete: broken == nil)
        }
        bytes.removeAll(keepingCapacity: true)
        (isOpen, self.isKeyframe, broken, mayLackBeginning) = (false, false, nil, false)
    }
}
