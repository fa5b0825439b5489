import Ciphers
import SDP
import SFU
import Timing
import WebRTC
import Wire

/// Two loops with a pipe between them: rooms come and go on both, frames are carried, kept back,
/// refused, or written by nobody. Neither worker ever traps, and both can always be drained.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPipe(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = ByteReader(UnsafeRawBufferPointer(start: start, count: count).bytes)
    var pair = Pair()
    while let operation = try? input.readUInt8() {
        guard pair.perform(operation, &input) else { break }
        pair.settle()
    }
    return 0
}

private struct Pair: ~Copyable {
    var home = fuzzedWorker(seed: 1)
    var other = fuzzedWorker(seed: 2)
    var arena = SendArena(capacity: 4096)
    var now = Instant(nanoseconds: 0)

    mutating func perform(_ operation: UInt8, _ input: inout ByteReader) -> Bool {
        let peer = "peer\(operation >> 6)"
        let isHome = operation & 0x20 == 0
        switch operation & 15 {
        case 0, 1, 2, 3, 4:
            guard let length = try? input.readUInt8(), let rest = try? input.read(Int(length))
            else { return false }
            // Heads of sense, or the fuzzer would look for them for ever.
            let kind = operation & 15 == 0 ? 5 : operation >> 4
            let number = isHome ? operation >> 6 : 1 + (operation & 3)
            let bytes = [kind, 0, 0, 0, 0, 0, 0, number] + rest.withUnsafeBytes { Array($0) }
            if isHome {
                home.receiveFrame(bytes.span.bytes, from: 1, at: now)
            } else {
                other.receiveFrame(bytes.span.bytes, from: 0, at: now)
            }
        case 5:
            guard let length = try? input.readUInt8(), let bytes = try? input.read(Int(length))
            else { return false }
            other.receiveFrame(bytes, from: Int(operation >> 7), at: now)
        case 6:
            guard let milliseconds = try? input.readUInt16() else { return false }
            now = now + .milliseconds(Int64(milliseconds))
        case 7, 8: _ = try? home.publish(offer, room: "room", peer: peer, at: now)
        case 9: try? home.openBranch(ofRoom: "room", on: 1, at: now)
        case 10: _ = try? other.subscribe(offer, room: "room", peer: peer, to: nil, at: now)
        case 11: try? home.leave(peer: peer, room: "room", at: now)
        case 12: try? other.leave(peer: peer, room: "room", at: now)
        case 13: home.refuseFrames(to: 1)
        case 14: home.closeAllSessions(at: now)
        default: carry()
        }
        return true
    }

    mutating func carry() {
        Self.move(from: &home, 0, to: &other, 1, at: now)
        Self.move(from: &other, 1, to: &home, 0, at: now)
    }

    private static func move(
        from source: inout Worker, _ sourceLoop: Int, to target: inout Worker, _ targetLoop: Int,
        at now: Instant
    ) {
        var slot = [UInt8](repeating: 0, count: PipeFrame.byteLimit)
        while source.hasFrames(for: targetLoop) {
            let count = slot.withUnsafeMutableBytes { source.nextFrame(to: targetLoop, into: $0) }
            guard let count else { return }
            target.receiveFrame(slot.span.bytes.extracting(..<count), from: sourceLoop, at: now)
        }
    }

    mutating func settle() {
        drain(&home, &arena, at: now)
        drain(&other, &arena, at: now)
    }
}

private let offer = fuzzedOffer(ssrc: 77)
