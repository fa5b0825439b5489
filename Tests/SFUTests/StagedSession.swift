import Ciphers
import RTP
import SDP
import Testing
import Timing
import WebRTC
import Wire

@testable import SFU

/// One peer of a worker under test, whose keys are known: what it sends, from wherever it is said to come.
struct StagedSession: ~Copyable {
    let id: String
    let handle: TransportHandle
    private var check: ICEConnectivityCheck
    private var key: SealingKey
    private let ssrc: UInt32
    private var number: UInt16 = 0

    /// Agrees on a session; a viewer's room must have a producer.
    init(
        _ kind: SessionKind, room: String, peer: String, ssrc: UInt32, with worker: inout Worker
    ) throws {
        let offer = try SessionDescription(parsing: WorkerStage.offer)
        let answer =
            switch kind {
            case .publication:
                try worker.publish(offer, room: room, peer: peer, at: WorkerStage.start)
            case .subscription:
                try worker.subscribe(offer, room: room, peer: peer, to: nil, at: WorkerStage.start)
            }
        let section = try #require(answer.description.media.first)
        let remote = ICECredentials(
            ufrag: try #require(section["ice-ufrag"]), password: try #require(section["ice-pwd"]))
        let handle = try #require(worker.directory.transport(id: answer.id))
        let key = try SRTPKeyingMaterial(
            profile: .aeadAES128GCM, secret: [1], session: remote.ufrag
        ).sealingKey(of: .client)
        check = ICEConnectivityCheck(
            local: ICECredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuvwx"),
            remote: remote, random: SeededRandom(seed: [UInt8(truncatingIfNeeded: ssrc)]))
        (self.id, self.handle, self.ssrc) = (answer.id, handle, ssrc)
        self.key = key
    }

    /// Its next check.
    mutating func request() -> [UInt8] { check.request() }

    /// Its next packet: one that is a whole key frame of VP8.
    mutating func media() -> [UInt8] {
        number += 1
        let header = RTPHeader(
            payloadType: 96, sequenceNumber: number, timestamp: UInt32(number) * 3000, ssrc: ssrc,
            marker: true)
        let payload: [UInt8] = [0x10, 0, 0, 0, 0x9D, 0x01, 0x2A, 0, 0, 0, 0]
        let room = RTPHeader.byteCount + payload.count + key.rtpOverhead
        return [UInt8](unsafeUninitializedCapacity: room) { out, count in
            guard let start = out.baseAddress else { return }
            header.write(to: start)
            payload.withUnsafeBytes { payload in
                guard let from = payload.baseAddress else { return }
                count = key.sealRTP(
                    at: start, headerByteCount: RTPHeader.byteCount, prefixByteCount: 0,
                    payload: from, payloadByteCount: payload.count, ssrc: ssrc,
                    index: UInt64(number))
            }
        }
    }

    /// A NACK, of a stream that need not be there.
    mutating func nack() -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        GenericNack(senderSSRC: ssrc, mediaSSRC: 1, lost: [1]).write(to: &writer)
        return key.sealRTCP(writer.bytes)
    }
}

extension Worker {
    /// Takes in one datagram and has a turn.
    mutating func take(
        _ bytes: [UInt8], from source: Endpoint, at now: Instant = WorkerStage.start
    ) {
        receive(bytes.span.bytes, from: source, at: now)
        advance(to: now)
        checkInvariants()
    }

    /// What was dropped, by reason.
    var dropped: [DropReason: UInt64] {
        var counts: [DropReason: UInt64] = [:]
        for reason in DropReason.allCases where drops[reason] > 0 { counts[reason] = drops[reason] }
        return counts
    }
}
