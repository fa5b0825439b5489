import RTP
import Timing
import Wire

// RTCP of who watches: what is missing, and how the tracks arrive.

extension WatchingSession {
    /// Asks for what a track misses, as far as the server sends again; otherwise for a key frame.
    mutating func requestMissing(of index: Int, at now: Instant) {
        var numbers: [UInt16] = []
        let action = tracks[index].nack.advance(to: now, into: &numbers)
        if action == .requestKeyframe, tracks[index].isPicture, asksForKeyframes {
            requestKeyframe(track: tracks[index].position)
        }
        guard !numbers.isEmpty, tracks[index].asksAgain, let ssrc = tracks[index].ssrc
        else { return }
        requestedPackets += numbers.count
        sendFeedback { reporter, writer in
            GenericNack(senderSSRC: reporter, mediaSSRC: ssrc, lost: numbers).write(to: &writer)
        }
    }

    /// Tells the server how each track arrives (RFC 3550 §6.4.2).
    mutating func report(at now: Instant) {
        var blocks: [ReportBlock] = []
        for index in tracks.indices {
            if let block = tracks[index].statistics?.makeReportBlock(at: now) {
                blocks.append(block)
            }
        }
        sendFeedback(behind: blocks)
    }

    /// Sends a compound packet: a report, our name, and what `feedback` writes behind them under the
    /// SSRC that reports.
    mutating func sendFeedback(
        behind blocks: [ReportBlock] = [],
        _ feedback: (UInt32, inout ByteWriter) -> Void = { _, _ in }
    ) {
        var writer = ByteWriter(capacity: 128)
        ReceiverReport(ssrc: reporterSSRC, reports: blocks).write(to: &writer)
        SourceDescription(chunks: [.init(ssrc: reporterSSRC, cname: cname)]).write(to: &writer)
        feedback(reporterSSRC, &writer)
        path.sendRTCP(writer)
    }
}
