public import Codecs

/// Puts sound into packets: frames one by one (Opus, RFC 7587), or a run of samples cut into packets of
/// one length (G.711, G.722, L16: RFC 3551).
public struct AudioPacketizer: Sendable {
    /// The number that the next packet gets.
    public var sequenceNumber: UInt16 { stamp.sequenceNumber }

    private var stamp: PacketStamp

    /// A packetizer of one stream, whose packets are numbered from `sequenceNumber`.
    public init(payloadType: UInt8, ssrc: UInt32, sequenceNumber: UInt16) {
        stamp = PacketStamp(payloadType: payloadType, ssrc: ssrc, sequenceNumber: sequenceNumber)
    }

    /// Appends the packet of one frame to `batch`.
    ///
    /// - Parameters:
    ///   - frame: The frame, at least one octet.
    ///   - timestamp: When it is heard, in ticks of its clock.
    ///   - marker: Whether sound begins again after silence that was not sent (RFC 3551 §4.1).
    ///   - batch: Where the packet goes.
    public mutating func packetize(
        _ frame: RawSpan, timestamp: UInt32, marker: Bool = false, into batch: inout PacketBatch
    ) {
        guard frame.byteCount > 0 else { return }
        batch.begin(stamp.header(timestamp: timestamp, marker: marker))
        batch.append(frame)
    }

    /// Appends the packets of a run of samples to `batch`, each of `ticksPerPacket` but the last.
    ///
    /// - Parameters:
    ///   - samples: Whole ticks of `format`.
    ///   - format: How the samples are coded.
    ///   - timestamp: When the first is heard, in ticks of the format's clock.
    ///   - ticksPerPacket: The length of a packet; 160 are 20 ms at 8 kHz.
    ///   - batch: Where the packets go.
    /// - Returns: Whether the run is of whole ticks; if not, nothing is appended.
    @discardableResult
    public mutating func packetize(
        _ samples: RawSpan, as format: SampledAudio, timestamp: UInt32, ticksPerPacket: Int,
        into batch: inout PacketBatch
    ) -> Bool {
        let tick = format.byteCountPerTick
        guard samples.byteCount % tick == 0 else { return false }
        let size = max(1, ticksPerPacket) * tick
        var start = 0
        while start < samples.byteCount {
            let end = min(start + size, samples.byteCount)
            packetize(
                samples.extracting(start..<end), timestamp: timestamp &+ UInt32(start / tick),
                into: &batch)
            start = end
        }
        return true
    }
}
