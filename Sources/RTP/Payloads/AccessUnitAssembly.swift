import Codecs
import Timing

/// The access unit that is being put together.
struct AccessUnitAssembly: Sendable {
    /// The units so far, each after its length.
    var bytes: [UInt8] = []
    /// Whether an access unit has begun.
    private(set) var isOpen = false
    private(set) var timestamp: Int64 = 0
    private(set) var hasPicture = false
    private(set) var hasKeyframe = false
    /// The first fault; later ones follow from it.
    private(set) var broken: BrokenUnit?
    /// Whether a fragmented unit waits for its rest.
    var isInFragment = false

    private var arrival = Instant(nanoseconds: 0)
    private var isBidirectional = false
    private var setKinds: UInt8 = 0  // a bit each
    private var unitStart = 0

    var isEmpty: Bool { bytes.isEmpty }
    /// Parameter sets of how many kinds the unit holds.
    var setKindCount: Int { setKinds.nonzeroBitCount }

    mutating func open(timestamp: Int64, arrival: Instant) {
        (self.timestamp, self.arrival, isOpen) = (timestamp, arrival, true)
    }

    mutating func close() {
        bytes.removeAll(keepingCapacity: true)
        (isOpen, hasPicture, hasKeyframe, broken, isInFragment) = (false, false, false, nil, false)
        (isBidirectional, setKinds) = (false, 0)
    }

    mutating func spoil(_ cause: BrokenUnit) { broken = broken ?? cause }

    /// Takes note of a unit that comes next.
    mutating func note(_ role: NALFormat.Role) {
        switch role {
        case .picture(_, let isKeyframe, let isBidirectional):
            if !hasPicture { self.isBidirectional = isBidirectional }
            hasPicture = true
            if isKeyframe { hasKeyframe = true }
        case .parameterSet(let kind):
            setKinds |= 1 << kind
        case .delimiter, .other, .invalid:
            break
        }
    }

    mutating func appendUnit(_ unit: RawSpan, limit: Int) {
        guard bytes.count + unit.byteCount <= limit else { return spoil(.tooLarge) }
        appendLength(unit.byteCount)
        unit.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Begins a unit whose length only its last fragment tells.
    mutating func beginUnit(header: UInt16, byteCount: Int) {
        unitStart = bytes.count + Self.lengthByteCount
        appendLength(0)
        if byteCount == 2 { bytes.append(UInt8(truncatingIfNeeded: header >> 8)) }
        bytes.append(UInt8(truncatingIfNeeded: header))
        isInFragment = true
    }

    mutating func append(_ fragment: RawSpan, limit: Int) {
        guard bytes.count + fragment.byteCount <= limit else {
            isInFragment = false
            return spoil(.tooLarge)
        }
        fragment.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Writes the length of the unit that was begun, and says where it lies.
    mutating func endUnit() -> Range<Int> {
        isInFragment = false
        let length = UInt32(truncatingIfNeeded: bytes.count - unitStart)
        for index in 0..<Self.lengthByteCount {
            let shift = UInt32(24 - 8 * index)
            let place = unitStart - Self.lengthByteCount + index
            bytes[place] = UInt8(truncatingIfNeeded: length >> shift)
        }
        return unitStart..<bytes.count
    }

    mutating func removeLastUnit(from start: Int) {
        bytes.removeLast(bytes.count - start + Self.lengthByteCount)
    }

    /// Puts the format's parameter sets in front, behind a delimiter; those that the unit brought
    /// itself go.
    mutating func insert(_ format: NALFormat, into memory: consuming [UInt8]) {
        let old = exchange(for: memory)
        var units = NALUnits(old.span.bytes, framing: AccessUnit.framing)
        var hasInserted = false
        while let unit = units.next() {
            let octet = unit.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self)
            let role = format.role(octet: octet, slice: nil)
            if case .delimiter = role {
                appendUnit(unit, limit: .max)
                continue
            }
            if !hasInserted {
                for set in format.sets { appendUnit(set.span.bytes, limit: .max) }
                hasInserted = true
            }
            if case .parameterSet = role { continue }
            appendUnit(unit, limit: .max)
        }
    }

    /// Hands the unit out with its memory.
    mutating func unit() -> AccessUnit {
        var unit = AccessUnit(timestamp: timestamp, arrival: arrival, bytes: exchange(for: []))
        unit.isBidirectional = isBidirectional
        return unit
    }

    private mutating func exchange(for memory: consuming [UInt8]) -> [UInt8] {
        var other = memory
        swap(&bytes, &other)
        return other
    }

    private mutating func appendLength(_ count: Int) {
        let length = UInt32(truncatingIfNeeded: count).bigEndian
        withUnsafeBytes(of: length) { bytes.append(contentsOf: $0) }
    }

    private static let lengthByteCount = 4
}
