import Ciphers

/// Opens the input as RTP and as RTCP under both profiles, and seals it: a lid that does not fit
/// must be refused, a sealed packet must open to itself once, and nothing may trap.
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
}
