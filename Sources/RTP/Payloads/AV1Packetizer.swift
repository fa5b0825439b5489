import Codecs
import Wire

/// Cuts temporal units of AV1 into payloads of about one length (AV1 RTP 1.0): OBUs without their
/// sizes, joined where they are small and cut where they are large.
public struct AV1Packetizer: Sendable {
    /// The number that the next packet gets.
    public var sequenceNumber: UInt16 { stamp.sequenceNumber }

    /// A piece of an OBU in one packet, by its place in `elements`.
    private struct Piece {
        var range: Range<Int>
        var isContinuation: Bool
        var isContinued: Bool
    }

    private var stamp: PacketStamp
    private let payloadByteCountLimit: Int
    private var elements: [UInt8] = []  // the OBUs as RTP wants them, one behind the other
    private var ends: [Int] = []
    private var pieces: [Piece] = []  // of one packet

    /// - Parameters:
    ///   - payloadType: What SDP calls the format.
    ///   - ssrc: The stream.
    ///   - sequenceNumber: The first packet's number.
    ///   - payloadByteCountLimit: Octets of the largest payload, behind the RTP header; at least 16.
    public init(
        payloadType: UInt8, ssrc: UInt32, sequenceNumber: UInt16,
        payloadByteCountLimit: Int = 1_200
    ) {
        stamp = PacketStamp(payloadType: payloadType, ssrc: ssrc, sequenceNumber: sequenceNumber)
        self.payloadByteCountLimit = max(16, payloadByteCountLimit)
    }

    /// Appends the packets of one temporal unit to `batch`, the last one marked.
    ///
    /// - Parameters:
    ///   - temporalUnit: OBUs with their sizes, with or without a temporal delimiter.
    ///   - timestamp: When it is shown, in ticks of 90 kHz.
    ///   - batch: Where the packets go.
    /// - Returns: Whether it is AV1; if not, nothing is appended.
    @discardableResult
    public mutating func packetize(
        _ temporalUnit: RawSpan, timestamp: UInt32, into batch: inout PacketBatch
    ) -> Bool {
        guard let beginsSequence = collect(temporalUnit), !elements.isEmpty else { return false }
        // Each packet has its header, and a length before all elements but the last.
        let room = payloadByteCountLimit - 1 - 2 * min(ends.count, 2)
        let size = equalPieces(of: elements.count, limit: room)
        var (start, element) = (0, 0)
        var isFirst = true
        while start < elements.count {
            plan(from: &start, element: &element, size: size)
            batch.begin(stamp.header(timestamp: timestamp))
            write(beginsSequence: isFirst && beginsSequence, into: &batch)
            isFirst = false
        }
        batch.markLast()
        return true
    }

    /// Takes the OBUs that RTP carries, without their sizes.
    ///
    /// - Returns: Whether a coded video sequence begins; `nil` when the unit is malformed.
    private mutating func collect(_ temporalUnit: RawSpan) -> Bool? {
        elements.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        var beginsSequence = false
        var units = AV1OBUs(temporalUnit)
        while let unit = units.next() {
            switch unit.header.type {
            case .temporalDelimiter, .tileList, .padding: continue
            case .sequenceHeader: beginsSequence = true
            default: break
            }
            let start = elements.count
            unit.bytes.extracting(0..<unit.header.byteCount).withUnsafeBytes {
                elements.append(contentsOf: $0)
            }
            elements[start] &= ~0x02
            unit.payload.withUnsafeBytes { elements.append(contentsOf: $0) }
            ends.append(elements.count)
        }
        return units.isMalformed ? nil : beginsSequence
    }

    /// Takes up to `size` octets, at most three elements, for the next packet.
    private mutating func plan(from start: inout Int, element: inout Int, size: Int) {
        pieces.removeAll(keepingCapacity: true)
        let limit = start + size
        while start < limit, pieces.count < 3, element < ends.count {
            let begin = element == 0 ? 0 : ends[element - 1]
            let end = min(ends[element], limit)
            pieces.append(
                Piece(
                    range: start..<end, isContinuation: start > begin,
                    isContinued: end < ends[element]))
            start = end
            if end == ends[element] { element += 1 }
        }
    }

    private func write(beginsSequence: Bool, into batch: inout PacketBatch) {
        guard let first = pieces.first, let last = pieces.last else { return }
        batch.append(
            (first.isContinuation ? 0x80 : 0) | (last.isContinued ? 0x40 : 0)
                | UInt8(pieces.count) << 4 | (beginsSequence ? 0x08 : 0) as UInt8)
        for (index, piece) in pieces.enumerated() {
            if index + 1 < pieces.count {
                for octet in leb128(piece.range.count) { batch.append(octet) }
            }
            batch.append(elements.span.bytes.extracting(piece.range))
        }
    }
}
