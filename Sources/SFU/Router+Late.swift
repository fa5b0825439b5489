import Timing
import Wire

// What does not come to its end: bursts that are too late, streams that are over, consumers who leave.

extension Router {
    /// What has waited too long for room to send is not sent: viewers go on with a key frame, and
    /// what is left of the burst.
    @inline(never)
    mutating func cutLate(_ producer: ProducerHandle) {
        guard let cut = producers[producer].stream?.cutLate(at: now) else { return }
        producers[producer].waiting = PacketRecord.ticks(at: now)  // what is left is young
        drops.count(.fanOutLate, times: cut.count)
        guard producers[producer].kind == .video else { return }
        for consumer in producers[producer].consumers
        where consumers[consumer].flow == .flowing && consumers[consumer].replayNext == .max {
            consumers[consumer].follow(producer)
        }
        if !cut.leavesKeyframe { producers[producer].keyframes.keyframeMissed(at: now) }
    }

    /// Gives up what is still to be sent of a producer's stream: the stream ends, and its slots go to
    /// others. What of it had not been sent is counted.
    mutating func abandonFanOut(of producer: ProducerHandle) {
        let isUnderWay =
            cursor.producer < dirty.count && dirty[cursor.producer] == producer
            && (cursor.consumer > 0 || cursor.packet > 0)
        for _ in producers[producer].stream?.burst ?? [] { drops.count(.streamEnded) }
        guard isUnderWay else { return }
        burst = []
        cursor = Cursor(producer: cursor.producer + 1)
        producers[producer].isDirty = false
    }

    /// The consumer at `position` of its producer's list is taken out of it: the fan-out, where one
    /// waits for room to send, goes on with the one it had come to.
    mutating func consumerLeaves(_ producer: ProducerHandle, at position: Int) {
        guard cursor.producer < dirty.count, dirty[cursor.producer] == producer else { return }
        audience = producers[producer].consumers
        if position < cursor.consumer {
            cursor.consumer -= 1
        } else if position == cursor.consumer {
            cursor.packet = 0
        }
    }
}
