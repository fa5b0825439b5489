public import Codecs
import Timing
import Wire

/// Makes access units of H.264 payloads (RFC 6184, packetization modes 0 and 1): single NAL units,
/// STAP-A and FU-A.
///
/// A unit ends with its marker, with another timestamp, or before a delimiter that follows a picture.
/// Senders that mark every slice are found out and then believed by timestamp alone. What some
/// cameras do and the RFC forbids is taken: Annex B inside payloads, reserved bits, empty fragments,
/// another type in a later fragment. Parameter sets that are repeated inside a picture go.
public struct H264Depacketizer: Depacketizer, Sendable {
    /// What is handed out, and what is held back.
    public struct Configuration: Hashable, Sendable {
        /// Sets known from SDP; those of the stream replace them.
        public var parameterSets = H264ParameterSets()
        /// Whether units before the first key frame are held back.
        public var startsAtKeyframe = true
        /// Whether units after a loss are held back until the next key frame.
        public var resumesAtKeyframe = false
        /// Whether broken units are handed out as well, marked so.
        public var emitsIncomplete = false
        /// Whether key frames get the known parameter sets where the stream left them out.
        public var insertsParameterSets = true
        /// Octets of the largest access unit; a larger one is dropped.
        public var byteCountLimit = 8 << 20

        /// Whole units from the first key frame on, key frames with their parameter sets.
        public init() {}
    }

    /// What became of the units.
    public private(set) var statistics = DepacketizerStatistics()
    /// The parameter sets as last heard.
    public private(set) var parameterSets: H264ParameterSets
    /// How often a marker stood before the end of a picture. After two, markers are not believed.
    public private(set) var falseMarkers = 0

    let configuration: Configuration
    var assembly = AccessUnitAssembly()
    private var queue = UnitQueue<AccessUnit>()
    private var isWaiting: Bool
    private var isAfterLoss = false
    private var mayLackBeginning = true  // as at a loss: a stream is met anywhere
    private var markedTimestamp: Int64?
    private var hasMarkers = false

    /// A depacketizer of one stream.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        parameterSets = configuration.parameterSets
        isWaiting = configuration.startsAtKeyframe
    }

    /// Takes the payload of the packet at `position`.
    public mutating func receive(_ payload: RawSpan, at position: PacketPosition) {
        guard payload.byteCount > 0 else { return }
        if position.lostBefore > 0 { lose() }
        if assembly.isOpen, assembly.timestamp != position.timestamp { close() }
        if position.lostBefore > 0 { mayLackBeginning = true }
        if !assembly.isOpen { begin(at: position) }
        switch H264UnitType(octet: octet(payload, 0)) {
        case .stapA:
            var units = NALUnits(stapA: payload)
            while let unit = units.next() { append(unit, at: position) }
            if units.isMalformed || payload.byteCount < 4 { assembly.spoil(.malformed) }
        case .fuA:
            receiveFragment(payload, at: position)
        case let type where (25...31).contains(type.rawValue):
            assembly.spoil(.unsupported)
        default:
            append(payload, at: position)
        }
        guard position.marker, assembly.hasPicture, falseMarkers < Self.falseMarkerLimit else {
            return
        }
        close()
        (markedTimestamp, hasMarkers) = (position.timestamp, true)
    }

    /// Ends the unit that waits for more; where units end with markers it is not whole.
    public mutating func finish() {
        if assembly.hasPicture, hasMarkers, falseMarkers < Self.falseMarkerLimit {
            assembly.spoil(.lost)
        }
        close()
    }

    /// The oldest access unit that is ready.
    public mutating func next() -> AccessUnit? { queue.next() }

    /// Takes the memory of a unit back that is not needed any more, so that none is allocated.
    public mutating func recycle(_ unit: consuming AccessUnit) { queue.recycle(unit.bytes) }

    // MARK: - Assembly

    private mutating func begin(at position: PacketPosition) {
        if assembly.bytes.capacity == 0 { assembly.bytes = queue.spare() }
        assembly.open(timestamp: position.timestamp, arrival: position.arrival)
    }

    private mutating func close() {
        guard assembly.isOpen else { return }
        if assembly.isInFragment { assembly.spoil(.unfinishedFragment) }
        if assembly.bytes.count > configuration.byteCountLimit { assembly.spoil(.tooLarge) }
        let cause = assembly.broken ?? (assembly.hasPicture ? nil : .withoutPicture)
        emit(cause)
        assembly.close()
        mayLackBeginning = false
    }

    private mutating func lose() {
        isAfterLoss = true
        markedTimestamp = nil
        guard assembly.isOpen else { return }
        assembly.spoil(.lost)
        assembly.isInFragment = false
    }

    private mutating func receiveFragment(_ payload: RawSpan, at position: PacketPosition) {
        guard payload.byteCount >= 2 else { return assembly.spoil(.malformed) }
        let (indicator, header) = (octet(payload, 0), octet(payload, 1))
        let fragment = payload.extracting(2..<payload.byteCount)
        if header & 0x80 != 0 {
            if assembly.isInFragment { assembly.spoil(.unfinishedFragment) }
            let slice = fragment.isEmpty ? nil : octet(fragment, 0)
            meet(H264UnitType(octet: header), slice: slice, at: position)
            assembly.beginUnit(octet: indicator & 0xE0 | header & 0x1F)
        } else if !assembly.isInFragment {
            return assembly.spoil(mayLackBeginning ? .lost : .fragmentWithoutStart)
        }
        assembly.append(fragment, limit: configuration.byteCountLimit)
        guard header & 0x40 != 0, assembly.isInFragment else { return }
        let unit = assembly.endUnit()
        guard !H264UnitType(octet: assembly.bytes[unit.lowerBound]).isPicture else { return }
        // Rare and small: parameter sets, or Annex B behind one.
        let copy = Array(assembly.bytes[unit])
        assembly.removeLastUnit(from: unit.lowerBound)
        append(copy.span.bytes, at: position)
    }

    /// Appends a whole unit; and the units behind it, where Annex B lies in the payload.
    private mutating func append(_ unit: RawSpan, at position: PacketPosition) {
        let type = H264UnitType(octet: octet(unit, 0))
        guard type.isPicture else { return appendSplit(unit, at: position) }
        meet(type, slice: unit.byteCount > 1 ? octet(unit, 1) : nil, at: position)
        assembly.appendUnit(unit, limit: configuration.byteCountLimit)
    }

    private mutating func appendSplit(_ bytes: RawSpan, at position: PacketPosition) {
        var units = NALUnits(bytes, framing: .startCodes)
        var end = units.offset
        while end > 0, octet(bytes, end - 1) == 0 { end -= 1 }
        if end > 0 { appendOther(bytes.extracting(0..<end), at: position) }
        while let unit = units.next() {
            if H264UnitType(octet: octet(unit, 0)).isPicture {
                append(unit, at: position)
            } else {
                appendOther(unit, at: position)
            }
        }
    }

    private mutating func appendOther(_ unit: RawSpan, at position: PacketPosition) {
        let type = H264UnitType(octet: octet(unit, 0))
        guard (1...23).contains(type.rawValue) else { return assembly.spoil(.malformed) }
        meet(type, slice: nil, at: position)
        let isNew = parameterSets.learn(unit)
        let isSet = type == .sequenceParameterSet || type == .pictureParameterSet
        // GStreamer repeats the sets before every slice of a key frame.
        if isSet, !isNew, assembly.hasPicture { return }
        assembly.appendUnit(unit, limit: configuration.byteCountLimit)
    }

    /// What the coming unit says of the access unit: that it begins, or what it holds.
    private mutating func meet(_ type: H264UnitType, slice: UInt8?, at position: PacketPosition) {
        if type == .delimiter, assembly.hasPicture {
            close()
            begin(at: position)
        }
        let start = slice.map { H264SliceStart(octet: $0) }
        if mayLackBeginning, assembly.isEmpty, assembly.broken == nil {
            // After a loss only what can stand first proves that nothing before it is missing.
            let provesBeginning = type.isPicture ? start?.isFirst ?? false : true
            if provesBeginning { mayLackBeginning = false } else { assembly.spoil(.lost) }
        }
        if type.isPicture, let start, !start.isFirst, markedTimestamp == position.timestamp,
            assembly.isEmpty, type.rawValue == 1 || type == .idrSlice
        {
            falseMarkers += 1
        }
        assembly.note(type, start)
    }

    private mutating func emit(_ cause: BrokenUnit?) {
        if let cause {
            statistics.count(cause)
            guard cause != .withoutPicture else { return }
            isAfterLoss = true
            guard configuration.emitsIncomplete, assembly.hasPicture else { return }
        }
        let isKeyframe = assembly.isIDR && cause == nil && parameterSets.isComplete
        if isKeyframe {
            isWaiting = false
        } else if isAfterLoss, configuration.resumesAtKeyframe {
            isWaiting = true
        }
        guard !isWaiting else { return statistics.count(.awaitingKeyframe) }
        if isKeyframe, configuration.insertsParameterSets, !assembly.hasParameterSets {
            assembly.insert(parameterSets, into: queue.spare())
        }
        var unit = assembly.unit()
        (unit.isKeyframe, unit.isComplete) = (isKeyframe, cause == nil)
        unit.followsLoss = isAfterLoss && !isKeyframe
        isAfterLoss = cause != nil
        if cause == nil { statistics.units += 1 }
        if isKeyframe { statistics.keyframes += 1 }
        if queue.append(unit) { statistics.count(.overflow) }
    }

    private func octet(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
        bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// One may be a fault; a second is a habit.
    private static let falseMarkerLimit = 2
}
