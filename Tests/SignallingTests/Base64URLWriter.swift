/// Base64 for URLs without padding, written apart from what reads it.
func encodeBase64URL(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start...].prefix(3)
        let bits =
            group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
        for index in 0...group.count {
            text.append(alphabet[Int(bits >> UInt32(18 - 6 * index)) & 63])
        }
    }
    return text
}
