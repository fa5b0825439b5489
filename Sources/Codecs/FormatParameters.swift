/// The `name=value` pairs of an `fmtp` line, names in lower case, as cameras write them: with spaces,
/// empty pairs and a semicolon at the end.
func formatParameters(_ text: some StringProtocol) -> [(name: String, value: String)] {
    String(text).split(separator: ";").compactMap { pair in
        let parts = pair.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        return (parts[0].filter { $0 != " " }.lowercased(), parts[1].filter { $0 != " " })
    }
}

/// Reads hexadecimal octets, as `config=` writes them; `nil` for anything else.
func decodeHexadecimal(_ text: some StringProtocol) -> [UInt8]? {
    let digits = text.utf8.map { $0 }
    guard digits.count % 2 == 0 else { return nil }
    var octets: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = hexadecimalValue(digits[index]),
            let low = hexadecimalValue(digits[index + 1])
        else { return nil }
        octets.append(high << 4 | low)
    }
    return octets
}

private func hexadecimalValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
