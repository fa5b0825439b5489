import RTP
import Timing
import WebRTC
import Wire

extension Worker {
    /// Opens a compound packet and hands each part to whom it concerns.
    mutating func receiveRTCP(
        _ bytes: RawSpan, from source: Endpoint, at now: Instant
    ) -> DropReason? {
        guard let handle = directory.transport(at: source) else { return .unvalidatedAddress }
        guard bytes.byteCount <= PacketSlab.slotByteCount else { return .tooLarge }
        switch transports[handle].connection.openRTCP(bytes, into: scratch) {
        case nil:
            return openElsewhere(bytes, from: source, refused: .notKeyed, at: now)
        case .failed(let failure):
            return openElsewhere(bytes, from: source, refused: DropReason(failure), at: now)
        case .opened(let byteCount, _):
            return dispatch(byteCount, of: handle, at: now)
        }
    }

    /// What one session's keys have not opened, another's may that claims the address too.
    @inline(never)
    private mutating func openElsewhere(
        _ bytes: RawSpan, from source: Endpoint, refused reason: DropReason, at now: Instant
    ) -> DropReason? {
        for handle in directory.otherClaimants(of: source) {
            guard
                case .opened(let byteCount, _)? = transports[handle].connection.openRTCP(
                    bytes, into: scratch)
            else { continue }
            directory.expect(handle, at: source)
            return dispatch(byteCount, of: handle, at: now)
        }
        return reason
    }

    /// Hands the parts of the compound packet in `scratch` on.
    private mutating func dispatch(
        _ byteCount: Int, of handle: TransportHandle, at now: Instant
    ) -> DropReason? {
        var packets = RTCPReader(UnsafeRawBufferPointer(start: scratch, count: byteCount).bytes)
        var allowance = Self.resendLimit
        while let packet = packets.next() {
            switch packet {
            case .senderReport(let report):
                receive(report, of: handle, at: now)
                receive(report.reports, of: handle, at: now)
            case .receiverReport(let report):
                receive(report.reports, of: handle, at: now)
            case .nack(let nack):
                totals.nacks &+= 1
                resend(nack, of: handle, allowance: &allowance, at: now)
            case .pictureLossIndication(let request):
                keyframeWanted(ssrc: request.mediaSSRC, of: handle, at: now)
            case .fullIntraRequest(let request):
                for entry in request.entries {
                    keyframeWanted(ssrc: entry.ssrc, of: handle, at: now)
                }
            case .sourceDescription, .goodbye, .maximumBitrate, .transportFeedback,
                .extendedReport, .other:
                continue
            }
        }
        touch(handle)
        return packets.failure == nil ? nil : .malformedRTCP
    }

    /// A producer's clocks: kept, and told to all its consumers.
    private mutating func receive(
        _ report: SenderReport, of handle: TransportHandle, at now: Instant
    ) {
        guard let route = transports[handle].route(for: report.ssrc), !route.isRetransmission
        else { return }
        let room = transports[handle].room
        guard rooms[room].router.producers[route.producer].receive(report, at: now) else { return }
        tellReport(of: route.producer, in: room)
        for consumer in rooms[room].router.producers[route.producer].consumers {
            sendReport(of: consumer, in: room, at: now)
        }
    }

    private mutating func receive(
        _ blocks: [ReportBlock], of handle: TransportHandle, at now: Instant
    ) {
        let room = transports[handle].room
        for block in blocks {
            guard let consumer = transports[handle].consumer(for: block.ssrc) else { continue }
            rooms[room].router.consumers[consumer].report.receive(block, at: now)
        }
    }

    private mutating func resend(
        _ nack: GenericNack, of handle: TransportHandle, allowance: inout Int, at now: Instant
    ) {
        guard let consumer = transports[handle].consumer(for: nack.mediaSSRC) else { return }
        let room = transports[handle].room
        rooms[room].router.resend(nack, to: consumer, allowance: &allowance, at: now)
        activate(room)
    }

    /// Numbers that one datagram may ask for again: four times what may wait to be sent.
    static var resendLimit: Int { 512 }

    private mutating func keyframeWanted(
        ssrc: UInt32, of handle: TransportHandle, at now: Instant
    ) {
        guard let consumer = transports[handle].consumer(for: ssrc) else { return }
        let room = transports[handle].room
        rooms[room].router.consumers[consumer].report.keyframeRequestCount &+= 1
        requestKeyframe(for: consumer, in: room, at: now)
    }
}
