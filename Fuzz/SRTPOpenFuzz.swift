import Ciphers

/// Opens the input as RTP and as RTCP under both profiles, then seals it and opens that: a packet
/// of ours must open to itself, once, whatever came before, and nothing may trap. libsrtp2 must
/// open what we seal, and a batch must seal what one by one does.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSRTPOpen(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: min(count, 2_000)))
    for profile in SRTPProfile.allCases { try? fuzz(profile, input) }
    return 0
}

private func fuzz(_ profile: SRTPProfile, _ input: [UInt8]) throws(CipherError) {
    let key = [UInt8](repeating: 1, count: profile.keyByteCount)
    let salt = [UInt8](repeating: 2, count: profile.saltByteCount)
    var sealing = try SealingKey(profile: profile, masterKey: key, masterSalt: salt)
    var opening = try OpeningKey(profile: profile, masterKey: key, masterSalt: salt)
    let out = UnsafeMutableRawPointer.allocate(byteCount: max(input.count + 20, 1), alignment: 1)
    defer { out.deallocate() }
    _ = opening.openRTP(input.span.bytes, into: out)
    _ = opening.openRTCP(input.span.bytes, into: out)

    let report = sealing.sealRTCP(input)
    let opened = opening.openRTCP(report.span.bytes, into: out)
    let isReport = input.count >= 8 && input[0] >> 6 == 2
    precondition(isReport == (opened == .opened(byteCount: input.count, index: 0)))
    let again = opening.openRTCP(report.span.bytes, into: out)
    precondition(!isReport || again == .failed(.replayed))

    guard input.count >= 12, input[0] & 0xDF == 0x80 else { return }  // a header of 12 octets
    let ssrc = input[8..<12].reduce(0) { $0 << 8 | UInt32($1) }
    let index = UInt64(input[2]) << 8 | UInt64(input[3])
    let prefix = min(Int(input[1] & 0x1F), input.count - 12)
    var sealed = input + [UInt8](repeating: 0, count: sealing.rtpOverhead)
    let byteCount = sealed.withUnsafeMutableBytes { to in
        input.withUnsafeBytes { from -> Int in
            guard let to = to.baseAddress, let from = from.baseAddress else { return 0 }
            return sealing.sealRTP(
                at: to, headerByteCount: 12, prefixByteCount: prefix,
                payload: from + 12 + prefix, payloadByteCount: input.count - 12 - prefix,
                ssrc: ssrc, index: index)
        }
    }
    precondition(byteCount == sealed.count)
    if index & 31 == 0, SealingBackend.libsrtp2.isAvailable {  // its sessions are slow to make
        var library = try OpeningKey(
            profile: profile, masterKey: key, masterSalt: salt, backend: .libsrtp2)
        _ = library.openRTCP(input.span.bytes, into: out)
        _ = library.openRTP(input.span.bytes, into: out)
        let theirs = library.openRTP(sealed.span.bytes, into: out)
        precondition(theirs == .opened(byteCount: input.count, index: index))
    }
    try compareBatch(profile, key, salt, input, alone: sealed, index)
    let plain = opening.openRTP(sealed.span.bytes, into: out)
    precondition(plain == .opened(byteCount: input.count, index: index))
    precondition(UnsafeRawBufferPointer(start: out, count: input.count).elementsEqual(input))
}

/// Twelve packets in one batch, each a little shorter than the one before; the first is known.
private func compareBatch(
    _ profile: SRTPProfile, _ key: [UInt8], _ salt: [UInt8], _ input: [UInt8], alone: [UInt8],
    _ index: UInt64
) throws(CipherError) {
    guard let batch = SealingBatch() else { return }
    let waiting = try SealingKey(
        profile: profile, masterKey: key, masterSalt: salt, backend: .batched, batch: batch)
    let ssrc = input[8..<12].reduce(0) { $0 << 8 | UInt32($1) }
    let (slot, count) = (alone.count, 12)
    let step = Int(input[1] >> 3)
    var arena = [UInt8](repeating: 0, count: slot * count)
    var lengths: [Int] = []
    arena.withUnsafeMutableBytes { to in
        input.withUnsafeBytes { from in
            guard let to = to.baseAddress, let from = from.baseAddress else { return }
            for number in 0..<count {
                let payload = max(input.count - 12 - number * step, 0)
                (to + number * slot).copyMemory(from: from, byteCount: 12)
                lengths.append(
                    waiting.sealRTP(
                        at: to + number * slot, headerByteCount: 12, prefixByteCount: 0,
                        payload: from + 12, payloadByteCount: payload, ssrc: ssrc, index: index))
            }
            batch.seal()
        }
    }
    precondition(Array(arena[0..<lengths[0]]) == alone)
    var out = [UInt8](repeating: 0, count: slot)
    for (number, length) in lengths.enumerated() {
        var opening = try OpeningKey(profile: profile, masterKey: key, masterSalt: salt)
        let sealed = Array(arena[number * slot..<number * slot + length])
        let opened = out.withUnsafeMutableBytes { out -> Opened? in
            out.baseAddress.map { opening.openRTP(sealed.span.bytes, into: $0) }
        }
        let plain = length - profile.rtpOverhead
        precondition(opened == .opened(byteCount: plain, index: index))
        precondition(out[12..<plain].elementsEqual(input[12..<plain]))
    }
}
