public import SDP
public import Wire

/// Reads a description as cameras write it, which a WHIP body may not look like: no `v=`, `o=` or
/// `s=`, lines that are none, `m=` lines that make no sense (they go, with all that belongs to
/// them).
func cameraDescription(parsing body: [UInt8]) throws(ParseError) -> SessionDescription {
    var lines: [String] = []
    var hasOrigin = false
    var isInBadSection = false
    for line in String(decoding: body, as: UTF8.self).split(whereSeparator: \.isNewline) {
        let line = trimmed(line)
        guard line.utf8.count >= 2, let type = line.utf8.first, (97...122).contains(type),
            line.utf8.dropFirst().first == UInt8(ascii: "=")
        else { continue }
        if type == UInt8(ascii: "m") { isInBadSection = !isMediaLine(line) }
        if type == UInt8(ascii: "v") || isInBadSection { continue }
        if type == UInt8(ascii: "o") {
            guard !hasOrigin, line.utf8.count > 2 else { continue }
            hasOrigin = true
        }
        lines.append(line)
    }
    guard lines.contains(where: { $0.hasPrefix("m=") }) else {
        throw .invalid(field: "number of m= lines", at: body.count)
    }
    if !hasOrigin { lines.insert("o=- 0 0 IN IP4 0.0.0.0", at: 0) }
    return try SessionDescription(parsing: "v=0\n" + lines.joined(separator: "\n") + "\n")
}

private func isMediaLine(_ line: String) -> Bool {
    let words = line.split(separator: " ")
    guard words.count >= 4, words[0] != "m=", let port = words[1].split(separator: "/").first else {
        return false
    }
    return UInt16(port) != nil
}

extension SessionDescription {
    /// Reads a description as cameras and people write it: no `v=`, `o=` or `s=`, lines that are none.
    public init(lenient body: [UInt8]) throws(ParseError) {
        self = try cameraDescription(parsing: body)
    }
}
