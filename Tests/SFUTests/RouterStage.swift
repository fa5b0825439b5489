import Codecs
import RTP
import Timing
import WebRTC

@testable import SFU
@testable import Wire

/// A router with one video producer and any number of consumers that have no transports: what it
/// decides can be seen, nothing leaves.
struct RouterStage: ~Copyable {
    var router = Router()
    var slab: PacketSlab
    let producer: ProducerHandle

    static let start = Instant(nanoseconds: 1_000_000_000)

    init() {
        slab = PacketSlab(capacity: 4096)
        producer = router.producers.insert(
            Producer(
                track: ProducedTrack(
                    number: 1, order: 0, peer: "p", names: (id: "i", streamID: "s"), mid: "0",
                    codec: NegotiatedCodec(codec: .vp8, payloadType: 96)),
                origin: .pipe(Pipes.Key(loop: 1, number: 1)), extensions: .init()))
        router.producers[producer].openStream(ssrc: 7, at: Self.start)
    }

    /// Packets come of a thousand octets, one each `interval`; the first begins a key frame.
    mutating func receive(_ numbers: Range<Int>, every interval: Interval) {
        for number in numbers {
            guard let slot = slab.take() else { return }
            var record = PacketRecord.vacant
            record.sequence =
                router.producers[producer].stream?.unwrapped(UInt16(number)) ?? Int64(number)
            record.timestamp = UInt32(number / 3 * 3000)
            (record.slot, record.payloadByteCount) = (slot, 1000)
            record.isKeyframe = number == 0
            let now = Self.start + interval * Int64(number)
            _ = router.receive(record, for: producer, isRetransmission: false, at: now)
        }
        _ = router.producers[producer].stream?.burstSent(.max, &slab)
    }

    /// One more who watches.
    mutating func addConsumer() -> ConsumerHandle {
        router.add(
            Consumer(
                transport: TransportHandle(index: 0, generation: 1), ssrc: 9, payloadType: 96,
                flow: .awaitingKeyframe, rewriter: StreamRewriter(sequence: 0, timestamp: 0),
                extensions: .init(), id: "c", kind: .video, codec: .vp8,
                source: Consumer.Source(peer: "p", mid: "0"), producer: producer,
                retransmission: .init(ssrc: 10, payloadType: 97)))
    }

    /// Lets a consumer have been sent all numbers up to `last`, under numbers one greater.
    mutating func send(upTo last: Int64, to consumer: ConsumerHandle) {
        router.consumers[consumer].rewriter.start(atSequence: 0, timestamp: 0, gap: 0)
        _ = router.consumers[consumer].rewriter.sequence(reached: last)
    }
}
