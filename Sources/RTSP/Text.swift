/// Without blanks at either end.
func trimmed(_ text: some StringProtocol) -> String {
    let front = text.drop(while: isBlank)
    guard let last = front.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(front[...last])
}

/// Whether two tokens differ at most in the case of ASCII letters.
func isSameToken(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
    left.utf8.count == right.utf8.count
        && zip(left.utf8, right.utf8).allSatisfy { lowercased($0) == lowercased($1) }
}

/// With blanks for control characters, so that no value can begin a line of its own.
func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { isControl($0) }) else { return text }
    var clean = ""
    for scalar in text.unicodeScalars {
        clean.unicodeScalars.append(isControl(scalar) ? " " : scalar)
    }
    return clean
}

/// The parts between separators that stand outside quotes, trimmed, without empty ones.
func fields(_ text: String, separatedBy separator: Character) -> [String] {
    var parts: [String] = [""]
    var isQuoted = false
    for character in text {
        if character == "\"" { isQuoted.toggle() }
        if character == separator, !isQuoted {
            parts.append("")
        } else {
            parts[parts.count - 1].append(character)
        }
    }
    return parts.map(trimmed).filter { !$0.isEmpty }
}

/// `name=value`, the value without quotes; an empty value when there is none.
func pair(_ text: String) -> (name: String, value: String) {
    guard let equals = text.firstIndex(of: "=") else { return (text.lowercased(), "") }
    let value = trimmed(text[text.index(after: equals)...])
    let isQuoted = value.count >= 2 && value.first == "\"" && value.last == "\""
    return (
        trimmed(text[..<equals]).lowercased(),
        isQuoted ? String(value.dropFirst().dropLast()) : value
    )
}

/// Each octet as two digits, in lower case.
func hexadecimal(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// RFC 4648 §4, padded.
func base64(_ octets: [UInt8]) -> String {
    var text = ""
    for start in stride(from: 0, to: octets.count, by: 3) {
        let group = octets[start..<min(start + 3, octets.count)]
        var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        bits <<= UInt32(8 * (3 - group.count))
        for place in 0..<4 {
            let digit = base64Digits[Int(bits >> UInt32(18 - 6 * place) & 63)]
            text.unicodeScalars.append(place <= group.count ? digit : "=")
        }
    }
    return text
}

private func isBlank(_ character: Character) -> Bool {
    character == " " || character == "\t" || character == "\r" || character == "\r\n"
        || character == "\n"
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || scalar.value == 0x7F
}

private func lowercased(_ octet: UInt8) -> UInt8 {
    (65...90).contains(octet) ? octet | 0x20 : octet
}

private let base64Digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars)
