/// What may be said to people and logs of a URL, or of what was meant as one: its scheme, host and port, for
/// user, path and query may be secrets. Without a scheme it is what stands before the first `/`.
public func toldAddress(_ text: String) -> String {
    let end = text.firstIndex { $0 == "?" || $0 == "#" } ?? text.endIndex
    let whole = text[..<end]
    var start = whole.startIndex
    if let mark = whole.firstRange(of: "://"),
        whole[..<mark.lowerBound].utf8.allSatisfy(isOfScheme)
    {
        start = mark.upperBound
    }
    let at = whole[start...].lastIndex(of: "@")
    var place = whole[(at.map { whole.index(after: $0) } ?? start)...].prefix { $0 != "/" }
    if at == nil, place.endIndex == end, text[end...].contains("@") {
        place = place.prefix(0)  // a user, perhaps, with `?` or `#` in the password
    } else if place.first != "[", let colon = place.firstIndex(of: ":"),
        !place[colon...].dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) })
    {
        place = place[...colon]  // no port
    }
    let rest = text[place.endIndex...]
    let isPath = rest.first.map { ["/", "?", "#"].contains($0) } ?? false
    return text[..<start] + place + (rest.isEmpty ? "" : isPath ? "/…" : "…")
}

/// RFC 3986 §3.1.
private func isOfScheme(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
        UInt8(ascii: "."):
        true
    default: false
    }
}
