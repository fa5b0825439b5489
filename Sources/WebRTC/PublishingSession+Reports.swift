import RTP
import Timing
import Wire

// RTCP of who publishes: what the server asks for and tells, and our clocks for it.

extension PublishingSession {
    mutating func receiveRTCP(_ compound: RawSpan, at now: Instant) {
        var packets = RTCPReader(compound)
        while let packet = packets.next() {
            switch packet {
            case .nack(let nack): resend(nack)
            case .pictureLossIndication(let request): keyframeWanted(ssrc: request.mediaSSRC)
            case .fullIntraRequest(let request):
                for entry in request.entries { keyframeWanted(ssrc: entry.ssrc) }
            case .receiverReport(let report): receive(report.reports, at: now)
            case .senderReport(let report): receive(report.reports, at: now)
            case .sourceDescription, .goodbye, .maximumBitrate, .transportFeedback,
                .extendedReport, .other:
                continue
            }
        }
    }

    private mutating func resend(_ nack: GenericNack) {
        guard let index = senders.firstIndex(where: { $0.parameters.ssrc == nack.mediaSSRC })
        else { return }
        for number in nack.lost {
            if let packet = senders[index].resend(number), path.sendRTP(packet) {
                statistics.retransmittedPackets += 1
            } else {
                statistics.missedRetransmissions += 1
            }
        }
    }

    private mutating func keyframeWanted(ssrc: UInt32) {
        guard let index = senders.firstIndex(where: { $0.parameters.ssrc == ssrc }) else { return }
        statistics.keyframeRequests += 1
        events.append(.keyframeWanted(track: positions[index]))
    }

    private mutating func receive(_ blocks: [ReportBlock], at now: Instant) {
        var lost = 0
        for block in blocks where senders.contains(where: { $0.parameters.ssrc == block.ssrc }) {
            lost += max(0, Int(block.cumulativeLost))
            if let trip = block.roundTripTime(at: clock.ntp(at: now)) {
                statistics.roundTrip = trip
            }
        }
        statistics.lostPackets = lost
    }

    /// Tells the server the clocks of one track (RFC 3550 §6.4.1), once it has been sent anything.
    mutating func report(on index: Int, at now: Instant) {
        guard let report = senders[index].report(at: now, ntp: clock.ntp(at: now)) else { return }
        var writer = ByteWriter(capacity: 96)
        report.write(to: &writer)
        SourceDescription(chunks: [.init(ssrc: report.ssrc, cname: cname)]).write(to: &writer)
        path.sendRTCP(writer)
    }
}
