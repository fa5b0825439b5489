import Ciphers
import Testing
import Timing
import Wire

@testable import SFU

/// What a worker does when, for a publisher that has connected.
@Suite struct TurnTests {
    @Test func `what is numbered for congestion control is reported even if it is no track's`()
        throws
    {
        var worker = WorkerStage.worker()
        let key = try WorkerStage.connect(to: &worker)
        // Of a payload type that is no track's, with the transport-wide number 7.
        var packet: [UInt8] = [0x90, 99, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9]
        packet += [0xBE, 0xDE, 0, 1, 0x31, 0, 7, 0]
        let payload: [UInt8] = [1, 2, 3, 4]
        packet += [UInt8](repeating: 0, count: payload.count + key.rtpOverhead)
        let count = packet.withUnsafeMutableBytes { out in
            payload.withUnsafeBytes { payload -> Int in
                guard let start = out.baseAddress, let from = payload.baseAddress else { return 0 }
                return key.sealRTP(
                    at: start, headerByteCount: 20, prefixByteCount: 0, payload: from,
                    payloadByteCount: payload.count, ssrc: 9, index: 1)
            }
        }
        #expect(count == packet.count)
        let now = WorkerStage.start + .milliseconds(10)
        worker.receive(packet.span.bytes, from: WorkerStage.address, at: now)
        worker.advance(to: now)
        #expect(worker.drops[.unknownStream] == 1)
        #expect(worker.nextDeadline == now + .milliseconds(100))
    }

    @Test func `a turn takes one handshake step, however many wait, and the next follows soon`()
        throws
    {
        var worker = WorkerStage.worker()
        _ = try WorkerStage.connect(to: &worker)
        let datagram: [UInt8] = [22, 254, 253] + [UInt8](repeating: 0, count: 20)
        for _ in 0..<5 {
            worker.receive(
                datagram.span.bytes, from: WorkerStage.address, at: WorkerStage.start)
        }
        var left: [Int] = []
        for turn in 0..<5 {
            let now = WorkerStage.start + .microseconds(Int64(turn))
            worker.advance(to: now)
            left.append(worker.schedule.handshakes.count)
            if turn < 4 { #expect(worker.nextDeadline == now + .microseconds(1)) }
        }
        #expect(left == [4, 3, 2, 1, 0])
    }
}
