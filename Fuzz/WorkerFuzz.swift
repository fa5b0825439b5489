import Ciphers
import SDP
import SFU
import Timing
import WebRTC
import Wire

/// Operations on a worker: datagrams from a few addresses, time, joins and leaves, offers. It never
/// traps, its deadline always lies ahead, and it can always be drained.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWorker(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = ByteReader(UnsafeRawBufferPointer(start: start, count: count).bytes)
    var worker = fuzzedWorker(seed: 7)
    var arena = SendArena(capacity: 4096)
    var now = Instant(nanoseconds: 0)
    while let operation = try? input.readUInt8() {
        guard perform(operation, &input, on: &worker, at: &now) else { break }
        drain(&worker, &arena, at: now)
    }
    return 0
}

private func perform(
    _ operation: UInt8, _ input: inout ByteReader, on worker: inout Worker, at now: inout Instant
) -> Bool {
    let peer = "peer\(operation >> 6)"
    switch operation & 7 {
    case 0, 1, 2:
        guard let length = try? input.readUInt8(), let bytes = try? input.read(Int(length)) else {
            return false
        }
        worker.receive(bytes, from: Endpoint(ipv4: UInt32(operation >> 3), port: 5), at: now)
    case 3:
        guard let milliseconds = try? input.readUInt16() else { return false }
        now = now + .milliseconds(Int64(milliseconds))
    case 4: _ = try? worker.join(PeerProfile(id: peer), room: "room", at: now)
    case 5: try? worker.leave(peer: peer, room: "room", at: now)
    case 6: _ = try? worker.publish(offer, room: "room", peer: peer, at: now)
    default: _ = try? worker.subscribe(offer, room: "room", peer: peer, to: nil, at: now)
    }
    return true
}

private let offer = fuzzedOffer()
