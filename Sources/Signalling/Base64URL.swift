/// Base64 for URLs without padding (RFC 4648 §5, as RFC 7515 §2 wants it), strictly: no padding,
/// no white space, no other alphabet, and no stray bits in the last character.
func decodeBase64URL(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count * 3 / 4)
    var (accumulator, bitCount): (UInt32, Int) = (0, 0)
    for character in text.utf8 {
        guard let value = base64URLValue(of: character) else { return nil }
        accumulator = accumulator << 6 | value
        bitCount += 6
        if bitCount >= 8 {
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: accumulator >> UInt32(bitCount)))
            accumulator &= (1 << UInt32(bitCount)) - 1
        }
    }
    return bitCount < 6 && accumulator == 0 ? bytes : nil
}

/// Octets as such text.
func base64URL(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 4 / 3 + 1)
    var (accumulator, bitCount): (UInt32, UInt32) = (0, 0)
    for byte in bytes {
        accumulator = accumulator << 8 | UInt32(byte)
        bitCount += 8
        while bitCount >= 6 {
            bitCount -= 6
            text.append(base64URLDigit(accumulator >> bitCount & 63))
        }
        accumulator &= (1 << bitCount) - 1
    }
    if bitCount > 0 { text.append(base64URLDigit(accumulator << (6 - bitCount))) }
    return String(decoding: text, as: UTF8.self)
}

private func base64URLDigit(_ value: UInt32) -> UInt8 {
    let value = UInt8(truncatingIfNeeded: value)
    return switch value {
    case 0..<26: 0x41 + value
    case 26..<52: 0x61 + value - 26
    case 52..<62: 0x30 + value - 52
    case 62: 0x2D
    default: 0x5F
    }
}

private func base64URLValue(of character: UInt8) -> UInt32? {
    switch character {
    case 0x41...0x5A: UInt32(character) - 0x41
    case 0x61...0x7A: UInt32(character) - 0x61 + 26
    case 0x30...0x39: UInt32(character) - 0x30 + 52
    case 0x2D: 62
    case 0x5F: 63
    default: nil
    }
}
