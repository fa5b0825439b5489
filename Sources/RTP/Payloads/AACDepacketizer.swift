public import Codecs
import Timing
import Wire

/// Makes AAC frames of `mpeg4-generic` payloads (RFC 3640): several in a packet, or one in several.
///
/// A frame that a loss touches is dropped, and no other. Interleaved frames come out in their own order
/// of time within a packet only. ADTS headers inside, as some cameras send them, are taken off.
public struct AACDepacketizer: Depacketizer, Sendable {
    private struct Fragment {
        var bytes: [UInt8]
        var byteCount: Int  // of the whole frame
        var timestamp: Int64
        var mayLackBeginning: Bool

        /// Why it is broken when its pieces are too few.
        var causeOfShortness: BrokenUnit { mayLackBeginning ? .lost : .unfinishedFragment }
    }

    private let parameters: MPEG4GenericParameters
    private let clockRate: Int
    private var frames = AudioFrameQueue()
    private var fragment: Fragment?

    /// - Parameters:
    ///   - parameters: What `fmtp` says.
    ///   - clockRate: Ticks in a second of the RTP timestamp, as `rtpmap` says.
    public init(_ parameters: MPEG4GenericParameters, clockRate: Int) {
        self.parameters = parameters
        self.clockRate = clockRate
    }

    /// What became of the frames.
    public var statistics: DepacketizerStatistics { frames.statistics }

    /// Takes the payload of the packet at `position`.
    public mutating func receive(_ payload: RawSpan, at position: PacketPosition) {
        if position.lostBefore > 0 {
            frames.followsLoss = true
            if fragment != nil { abandon(.lost) }
        }
        do throws(ParseError) {
            try read(payload, at: position)
        } catch {
            frames.lose(.malformed)
        }
    }

    /// Gives up the frame that waits for its rest.
    public mutating func finish() {
        if fragment != nil { abandon(.unfinishedFragment) }
    }

    /// The oldest frame that is ready.
    public mutating func next() -> AudioFrame? { frames.next() }

    /// Takes the memory of a frame back that is not needed any more.
    public mutating func recycle(_ frame: consuming AudioFrame) { frames.recycle(frame) }

    // MARK: - Parsing

    private mutating func read(
        _ payload: RawSpan, at position: PacketPosition
    ) throws(ParseError) {
        var reader = ByteReader(payload)
        let headerBits = try Int(reader.readUInt16())
        var headers = BitReader(try reader.read((headerBits + 7) / 8))
        if parameters.auxiliaryLength > 0 { try skipAuxiliary(in: &reader) }
        var (isFirst, index) = (true, 0)
        while headers.position + parameters.headerBitCount(isFirst: isFirst) <= headerBits {
            let byteCount = try readHeader(from: &headers, isFirst: isFirst, index: &index)
            let timestamp = position.timestamp + ticks(toFrame: index)
            if byteCount > reader.remaining || fragment != nil {
                guard isFirst else { throw .truncated(at: reader.offset, needed: byteCount) }
                return append(reader.readRest(), of: byteCount, at: position)
            }
            let frame = try reader.read(byteCount)
            if byteCount > 0 { emit(frame, timestamp: timestamp, position) }
            isFirst = false
        }
        if isFirst { throw .invalid(field: "AU-headers-length", at: 0) }
    }

    /// One AU-header (§3.2.1.1); sets the frame's place among those of the packet.
    private func readHeader(
        from headers: inout BitReader, isFirst: Bool, index: inout Int
    ) throws(ParseError) -> Int {
        let byteCount = try Int(headers.read(parameters.sizeLength))
        if isFirst {
            _ = try headers.read(parameters.indexLength)
        } else {
            index += try Int(headers.read(parameters.indexDeltaLength)) + 1
        }
        for length in [parameters.compositionDeltaLength, parameters.decodingDeltaLength]
        where length > 0 {
            if try headers.readFlag() { try headers.skip(length) }
        }
        if parameters.hasRandomAccessFlag { try headers.skip(1) }
        try headers.skip(parameters.streamStateLength)
        return byteCount
    }

    private func skipAuxiliary(in reader: inout ByteReader) throws(ParseError) {
        var bits = BitReader(try reader.read((parameters.auxiliaryLength + 7) / 8))
        let bitCount = try Int(bits.read(parameters.auxiliaryLength))
        let left = max(0, bitCount - (bits.remaining))
        try reader.skip((left + 7) / 8)
    }

    /// A frame in pieces has one header in each of its packets, with the whole size (§3.2.3.1).
    private mutating func append(
        _ piece: RawSpan, of byteCount: Int, at position: PacketPosition
    ) {
        if let open = fragment, open.timestamp != position.timestamp || open.byteCount != byteCount
        {
            abandon(open.causeOfShortness)
        }
        guard byteCount <= Self.frameLimit else { return frames.lose(.tooLarge) }
        if fragment == nil {
            // After a loss this need not be the first piece: whether they add up will tell.
            fragment = Fragment(
                bytes: frames.spare(), byteCount: byteCount, timestamp: position.timestamp,
                mayLackBeginning: position.lostBefore > 0)
        }
        guard var open = fragment.take() else { return }
        piece.withUnsafeBytes { open.bytes.append(contentsOf: $0) }
        if open.bytes.count < byteCount, !position.marker {
            fragment = open
            return
        }
        if open.bytes.count == byteCount {
            emit(open.bytes.span.bytes, timestamp: open.timestamp, position)
        } else {
            frames.lose(open.bytes.count < byteCount ? open.causeOfShortness : .malformed)
        }
        frames.recycle(open.bytes)
    }

    private mutating func abandon(_ cause: BrokenUnit) {
        fragment = nil
        frames.lose(cause)
    }

    private mutating func emit(_ frame: RawSpan, timestamp: Int64, _ position: PacketPosition) {
        var raw = frame
        if let header = try? ADTSHeader(parsing: frame), header.frameByteCount == frame.byteCount {
            raw = frame.extracting(header.byteCount..<frame.byteCount)
        }
        guard raw.byteCount > 0 else { return }
        frames.append(raw, timestamp: timestamp, arrival: position.arrival)
    }

    private func ticks(toFrame index: Int) -> Int64 {
        let configuration = parameters.configuration
        return Int64(index) * Int64(configuration.samplesPerFrame) * Int64(clockRate)
            / Int64(max(1, configuration.sampleRate))
    }

    /// Eight channels of 6 144 bits, and room.
    private static let frameLimit = 16_384
}
