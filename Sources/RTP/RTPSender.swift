public import Timing

/// One packet as it is to be protected: its header, what follows it, and its place in the stream.
public struct OutgoingRTP: Hashable, Sendable {
    /// The fixed header and its extension, written out.
    public var header: [UInt8]
    /// The payload.
    public var payload: [UInt8]
    /// The stream's SSRC.
    public var ssrc: UInt32
    /// The packet's index: the roll-over counter and the sequence number (RFC 3711 §3.3.1).
    public var index: UInt64
}

/// Numbers the packets of one track on their way out, keeps them for a while to send them again,
/// and reports on them.
public struct RTPSender: Sendable {
    /// How a track is named on the wire.
    public struct Parameters: Hashable, Sendable {
        /// The stream's SSRC.
        public var ssrc: UInt32
        /// The payload type agreed on.
        public var payloadType: UInt8
        /// Ticks of the timestamp in a second.
        public var clockRate: UInt32
        /// The stream of retransmissions (RFC 4588); `nil` sends again as it was.
        public var retransmission: Retransmission?
        /// The section's name, sent in the first packets; `nil` when not agreed.
        public var mid: MID?

        /// A stream of retransmissions.
        public struct Retransmission: Hashable, Sendable {
            /// Its SSRC.
            public var ssrc: UInt32
            /// Its payload type.
            public var payloadType: UInt8

            /// A stream under these names.
            public init(ssrc: UInt32, payloadType: UInt8) {
                (self.ssrc, self.payloadType) = (ssrc, payloadType)
            }
        }

        /// The media section's name and the number of its header extension.
        public struct MID: Hashable, Sendable {
            /// The extension's number, 1 to 14.
            public var id: UInt8
            /// At most 16 octets.
            public var name: String

            /// A name under a number.
            public init(id: UInt8, name: String) { (self.id, self.name) = (id, name) }
        }

        /// A track without retransmissions and without a name.
        public init(ssrc: UInt32, payloadType: UInt8, clockRate: UInt32) {
            (self.ssrc, self.payloadType, self.clockRate) = (ssrc, payloadType, clockRate)
        }
    }

    /// Packets sent, retransmissions not counted.
    public private(set) var packetCount: UInt32 = 0
    /// Packets sent again.
    public private(set) var retransmissionCount: UInt32 = 0
    /// How it is named.
    public let parameters: Parameters

    private var octetCount: UInt32 = 0
    private let firstIndex: UInt64
    private var nextIndex: UInt64
    private var nextRetransmission: UInt64 = 0
    private var ring: [Sent?]
    private var newest: (timestamp: UInt32, at: Instant)?

    private struct Sent {
        let index: UInt64
        let timestamp: UInt32
        let marker: Bool
        let payload: [UInt8]
    }

    /// A track that has sent nothing.
    ///
    /// - Parameters:
    ///   - parameters: Its names.
    ///   - sequenceNumber: The first packet's, taken modulo 2^15 so that no receiver misjudges the
    ///     roll-over counter.
    ///   - capacity: Packets kept for sending again.
    public init(_ parameters: Parameters, sequenceNumber: UInt16, capacity: Int = 512) {
        self.parameters = parameters
        firstIndex = UInt64(sequenceNumber & 0x7FFF)
        nextIndex = firstIndex
        ring = Array(repeating: nil, count: max(capacity, 1))
    }

    /// The next packet.
    ///
    /// - Parameters:
    ///   - payload: What the track's codec puts into one packet.
    ///   - timestamp: Of the medium.
    ///   - marker: The end of a frame, for pictures.
    ///   - now: When it is sent, or was meant to be: sender reports tie it to the timestamp.
    public mutating func packet(
        _ payload: [UInt8], timestamp: UInt32, marker: Bool, at now: Instant
    ) -> OutgoingRTP {
        let sent = Sent(index: nextIndex, timestamp: timestamp, marker: marker, payload: payload)
        nextIndex += 1
        ring[Int(sent.index % UInt64(ring.count))] = sent
        packetCount &+= 1
        octetCount &+= UInt32(truncatingIfNeeded: payload.count)
        newest = (timestamp, now)
        return OutgoingRTP(
            header: header(
                sent, parameters.payloadType, UInt16(truncatingIfNeeded: sent.index),
                parameters.ssrc),
            payload: payload, ssrc: parameters.ssrc, index: sent.index)
    }

    /// A packet once more, on the stream set apart for it; `nil` when it is no longer kept.
    public mutating func resend(_ sequenceNumber: UInt16) -> OutgoingRTP? {
        let distance = UInt16(truncatingIfNeeded: nextIndex &- 1) &- sequenceNumber
        guard UInt64(distance) < nextIndex else { return nil }
        let index = nextIndex - 1 - UInt64(distance)
        guard let sent = ring[Int(index % UInt64(ring.count))], sent.index == index
        else { return nil }
        retransmissionCount &+= 1
        guard let retransmission = parameters.retransmission else {
            return OutgoingRTP(
                header: header(sent, parameters.payloadType, sequenceNumber, parameters.ssrc),
                payload: sent.payload, ssrc: parameters.ssrc, index: index)
        }
        defer { nextRetransmission += 1 }
        return OutgoingRTP(
            header: header(
                sent, retransmission.payloadType,
                UInt16(truncatingIfNeeded: nextRetransmission), retransmission.ssrc),
            payload: [UInt8(sequenceNumber >> 8), UInt8(sequenceNumber & 0xFF)] + sent.payload,
            ssrc: retransmission.ssrc, index: nextRetransmission)
    }

    /// A sender report for `now`; `nil` before the first packet.
    public func report(at now: Instant, ntp: NTPTimestamp) -> SenderReport? {
        guard let newest else { return nil }
        let elapsed = (now - newest.at).nanoseconds / 1000 * Int64(parameters.clockRate) / 1_000_000
        return SenderReport(
            ssrc: parameters.ssrc, ntp: ntp,
            rtpTimestamp: newest.timestamp &+ UInt32(truncatingIfNeeded: elapsed),
            packetCount: packetCount, octetCount: octetCount)
    }

    private func header(
        _ sent: Sent, _ payloadType: UInt8, _ sequenceNumber: UInt16, _ ssrc: UInt32
    ) -> [UInt8] {
        var header = RTPHeader(
            payloadType: payloadType, sequenceNumber: sequenceNumber, timestamp: sent.timestamp,
            ssrc: ssrc, marker: sent.marker)
        // A server that has not been told the SSRC learns it from the section's name. By the
        // number alone: sent again, a packet must be the same octets (RFC 7714 §8.1).
        let named = sent.index - firstIndex < Self.namedPackets ? parameters.mid : nil
        header.hasExtension = named != nil
        return [UInt8](unsafeUninitializedCapacity: RTPHeader.byteCount + 24) { out, count in
            guard let base = out.baseAddress else { return }
            count = header.write(to: UnsafeMutableRawPointer(base))
            guard let named else { return }
            var writer = HeaderExtensionWriter(
                at: UnsafeMutableRawPointer(base) + count, capacity: 24)
            var name = Array(named.name.utf8.prefix(16))
            _ = writer.append(id: named.id, bytes: &name, byteCount: name.count)
            count += writer.finish()
        }
    }

    private static let namedPackets: UInt64 = 100
}
