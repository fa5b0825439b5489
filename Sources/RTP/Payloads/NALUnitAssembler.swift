import Codecs
import Timing

/// Puts the NAL units of H.264 or H.265 payloads together to access units: finds where one begins and
/// ends, whether it is whole, and what it needs to be decoded.
///
/// A unit ends with its marker, with another timestamp, or before a delimiter that follows a picture.
/// A sender that marks every slice is found out and then believed by timestamp alone.
struct NALUnitAssembler: Sendable {
    /// The format, and the parameter sets as last heard.
    private(set) var format: NALFormat
    /// What goes out.
    var units: AccessUnitQueue
    /// How often a marker stood before the end of a picture. After two, markers are not believed.
    private(set) var falseMarkers = 0

    private let insertsParameterSets: Bool
    private var assembly = AccessUnitAssembly()
    private var mayLackBeginning = true  // as at a loss: a stream is met anywhere
    private var markedTimestamp: Int64?
    private var hasMarkers = false

    init(_ format: NALFormat, policy: FramePolicy, insertsParameterSets: Bool) {
        (self.format, self.insertsParameterSets) = (format, insertsParameterSets)
        units = AccessUnitQueue(policy)
    }

    // MARK: - One payload

    /// Before what the payload of the packet at `position` holds.
    mutating func beginPayload(at position: PacketPosition) {
        if position.lostBefore > 0 { lose() }
        if assembly.isOpen, assembly.timestamp != position.timestamp { close() }
        if position.lostBefore > 0 { mayLackBeginning = true }
        if !assembly.isOpen { begin(at: position) }
    }

    /// Behind what the payload of the packet at `position` holds.
    mutating func endPayload(at position: PacketPosition) {
        guard position.marker, assembly.hasPicture, falseMarkers < Self.falseMarkerLimit else {
            return
        }
        close()
        (markedTimestamp, hasMarkers) = (position.timestamp, true)
    }

    mutating func spoil(_ cause: BrokenUnit) { assembly.spoil(cause) }

    /// Appends a piece of the unit whose header `header` is, as long as the format has it.
    mutating func appendFragment(
        _ fragment: RawSpan, header: UInt16, isFirst: Bool, isLast: Bool,
        at position: PacketPosition
    ) {
        if isFirst {
            if assembly.isInFragment { assembly.spoil(.unfinishedFragment) }
            let first = UInt8(
                truncatingIfNeeded: format.headerByteCount == 2 ? header >> 8 : header)
            let slice = fragment.isEmpty ? nil : octet(fragment, 0)
            meet(format.role(octet: first, slice: slice), at: position)
            assembly.beginUnit(header: header, byteCount: format.headerByteCount)
        } else if !assembly.isInFragment {
            return assembly.spoil(mayLackBeginning ? .lost : .fragmentWithoutStart)
        }
        assembly.append(fragment, limit: units.policy.byteCountLimit)
        guard isLast, assembly.isInFragment else { return }
        let unit = assembly.endUnit()
        guard !format.isPicture(octet: assembly.bytes[unit.lowerBound]) else { return }
        // Rare and small: parameter sets, or Annex B behind one.
        let copy = Array(assembly.bytes[unit])
        assembly.removeLastUnit(from: unit.lowerBound)
        append(copy.span.bytes, at: position)
    }

    /// Appends a whole unit; and the units behind it, where Annex B lies in the payload.
    mutating func append(_ unit: RawSpan, at position: PacketPosition) {
        guard format.isPicture(octet: octet(unit, 0)) else {
            return appendSplit(unit, at: position)
        }
        appendOne(unit, at: position)
    }

    private mutating func appendSplit(_ bytes: RawSpan, at position: PacketPosition) {
        var units = NALUnits(bytes, framing: .startCodes)
        var end = units.offset
        while end > 0, octet(bytes, end - 1) == 0 { end -= 1 }
        if end > 0 { appendOne(bytes.extracting(0..<end), at: position) }
        while let unit = units.next() { appendOne(unit, at: position) }
    }

    private mutating func appendOne(_ unit: RawSpan, at position: PacketPosition) {
        let header = format.headerByteCount
        guard unit.byteCount >= header else { return assembly.spoil(.malformed) }
        let slice = unit.byteCount > header ? octet(unit, header) : nil
        let role = format.role(octet: octet(unit, 0), slice: slice)
        if case .invalid = role { return assembly.spoil(.malformed) }
        meet(role, at: position)
        if case .parameterSet = role {
            let isNew = format.learn(unit)
            // GStreamer repeats the sets before every slice of a key frame.
            if !isNew, assembly.hasPicture { return }
        }
        assembly.appendUnit(unit, limit: units.policy.byteCountLimit)
    }

    // MARK: - One access unit

    /// Ends the unit that waits for more; where units end with markers it is not whole.
    mutating func finish() {
        if assembly.hasPicture, hasMarkers, falseMarkers < Self.falseMarkerLimit {
            assembly.spoil(.lost)
        }
        close()
    }

    private mutating func begin(at position: PacketPosition) {
        if assembly.bytes.capacity == 0 { assembly.bytes = units.spare() }
        assembly.open(timestamp: position.timestamp, arrival: position.arrival)
    }

    private mutating func lose() {
        units.isAfterLoss = true
        markedTimestamp = nil
        guard assembly.isOpen else { return }
        assembly.spoil(.lost)
        assembly.isInFragment = false
    }

    /// What the coming unit says of the access unit: that it begins, or what it holds.
    private mutating func meet(_ role: NALFormat.Role, at position: PacketPosition) {
        if case .delimiter = role, assembly.hasPicture {
            close()
            begin(at: position)
        }
        var isFirst: Bool? = true
        if case .picture(let first, _, _) = role { isFirst = first }
        if mayLackBeginning, assembly.isEmpty, assembly.broken == nil {
            // After a loss only what can stand first proves that nothing before it is missing.
            if isFirst ?? false { mayLackBeginning = false } else { assembly.spoil(.lost) }
        }
        if isFirst == false, markedTimestamp == position.timestamp, assembly.isEmpty {
            falseMarkers += 1
        }
        assembly.note(role)
    }

    private mutating func close() {
        guard assembly.isOpen else { return }
        if assembly.isInFragment { assembly.spoil(.unfinishedFragment) }
        if assembly.bytes.count > units.policy.byteCountLimit { assembly.spoil(.tooLarge) }
        emit(assembly.broken ?? (assembly.hasPicture ? nil : .withoutPicture))
        assembly.close()
        mayLackBeginning = false
    }

    private mutating func emit(_ cause: BrokenUnit?) {
        let isKeyframe = assembly.hasKeyframe && cause == nil && format.hasAllSets
        guard
            units.admit(
                isKeyframe: isKeyframe, hasPicture: assembly.hasPicture, brokenBy: cause)
        else { return }
        if isKeyframe, insertsParameterSets, assembly.setKindCount < format.setKindCount {
            assembly.insert(format, into: units.spare())
        }
        units.append(assembly.unit(), isKeyframe: isKeyframe, isComplete: cause == nil)
    }

    private func octet(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// One may be a fault; a second is a habit.
    private static let falseMarkerLimit = 2
}
