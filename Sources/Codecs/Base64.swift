/// Reads base64 (RFC 4648 §4), with or without padding; `nil` for anything else.
func decodeBase64(_ text: some StringProtocol) -> [UInt8]? {
    var octets: [UInt8] = []
    var (bits, bitCount): (UInt32, UInt32) = (0, 0)
    var isPadded = false
    for character in text.utf8 {
        if character == UInt8(ascii: "=") {
            isPadded = true
            continue
        }
        guard !isPadded, let value = base64Value(of: character) else { return nil }
        bits = bits << 6 | value
        bitCount += 6
        guard bitCount >= 8 else { continue }
        bitCount -= 8
        octets.append(UInt8(truncatingIfNeeded: bits >> bitCount))
    }
    return bitCount < 6 ? octets : nil
}

private func base64Value(of character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}
