import Reactor
import SFU
import Sluice
import Telemetry
import Web

extension Endpoints {
    func metrics(_ request: HTTPRequest) async throws(Refused) -> HTTPResponse {
        try authorize { authority throws(TokenError) in try authority.requireAdmin(of: request) }
        var text = SFUMetrics(
            try await attempt { () throws(SessionError) in try await server.statistics() }
        ).exposition
        if let recordings { text += await recordings.metrics() }
        return HTTPResponse(
            status: 200,
            headers: [("content-type", "text/plain; version=0.0.4; charset=utf-8")],
            body: .bytes(Array(text.utf8)))
    }
}

/// A server's counts as Prometheus reads them.
struct SFUMetrics {
    let exposition: String

    init(_ loops: [WorkerReport]) {
        var workers = WorkerStatistics()
        for loop in loops { workers.merge(loop.worker) }
        var text = Exposition()
        Self.write(totals: workers.totals, to: &text)
        text.counter(
            "sluice_sfu_dropped_packets_total", "Packets not taken further, by reason.",
            label: "reason",
            DropReason.allCases.map { ($0.label, workers.drops[$0]) })
        text.gauge("sluice_sfu_rooms", "Rooms now.", workers.roomCount)
        text.gauge(
            "sluice_sfu_branches", "Rooms that go on on another loop too, once for each.",
            workers.branchCount)
        text.gauge("sluice_sfu_peers", "Peers now.", workers.peerCount)
        text.gauge("sluice_sfu_transports", "Sessions now.", workers.transportCount)
        text.gauge("sluice_sfu_producers", "Tracks coming in now.", workers.producerCount)
        text.gauge("sluice_sfu_consumers", "Tracks going out now.", workers.consumerCount)
        text.gauge(
            "sluice_sfu_held_packets", "Packets kept to be sent or asked for again.",
            workers.heldPacketCount)
        Self.write(loops.map(\.loop), to: &text)
        exposition = text.description
    }

    private static func write(totals: WorkerTotals, to text: inout Exposition) {
        text.counter(
            "sluice_sfu_received_packets_total", "RTP packets taken in.", totals.receivedPackets)
        text.counter(
            "sluice_sfu_received_bytes_total", "Octets of RTP taken in.", totals.receivedBytes)
        text.counter(
            "sluice_sfu_forwarded_packets_total", "RTP packets sent on.", totals.forwardedPackets)
        text.counter(
            "sluice_sfu_forwarded_bytes_total", "Octets of SRTP sent on.", totals.forwardedBytes)
        text.counter(
            "sluice_sfu_retransmitted_packets_total", "RTP packets sent again on request.",
            totals.retransmittedPackets)
        text.counter(
            "sluice_sfu_nacks_total", "NACK packets received from consumers.", totals.nacks)
        text.counter(
            "sluice_sfu_requested_packets_total", "Packets asked for again from producers.",
            totals.requestedPackets)
        text.counter(
            "sluice_sfu_plis_total", "Key frames asked for from producers.",
            totals.keyframeRequests)
        text.counter(
            "sluice_sfu_piped_packets_total", "RTP packets carried to other loops.",
            totals.pipedPackets)
    }

    private static func write(_ loops: [LoopStatistics], to text: inout Exposition) {
        func sum(_ value: (LoopStatistics) -> Int) -> UInt64 {
            UInt64(loops.reduce(0) { $0 + value($1) })
        }
        text.counter(
            "sluice_udp_received_packets_total", "Datagrams read from the media sockets.",
            sum { $0.socket.receivedPackets })
        text.counter(
            "sluice_udp_receive_drops_total",
            "Datagrams the kernel dropped: the media socket's receive buffer was full.",
            sum { $0.socket.receiveDrops })
        text.counter(
            "sluice_udp_sent_packets_total", "Datagrams the kernel took.",
            sum { $0.socket.sentPackets })
        text.counter(
            "sluice_udp_segmented_runs_total", "Sends the kernel cut into several datagrams.",
            sum { $0.socket.segmentedRuns })
        text.counter(
            "sluice_udp_full_buffers_total", "Times a send buffer was full and was waited for.",
            sum { $0.socket.fullBuffers })
        text.counter(
            "sluice_udp_refused_runs_total",
            "Runs the kernel would not cut for their destination, sent one by one.",
            sum { $0.socket.refusedRuns })
        text.counter(
            "sluice_udp_apart_runs_total",
            "Runs sent one by one because their destination's were refused before.",
            sum { $0.socket.apartRuns })
        text.counter(
            "sluice_udp_send_drops_total", "Datagrams the kernel refused, by reason.",
            label: "reason",
            SendDropReason.allCases.map { reason in ("\(reason)", sum { $0.socket[reason] }) })
    }
}
