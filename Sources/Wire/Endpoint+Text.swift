extension Endpoint {
    /// Reads `192.0.2.1:5004` or `[2001:db8::1]:5004`; `nil` when the text is neither.
    public init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":"),
            text[colon...].utf8.dropFirst().allSatisfy({ (48...57).contains($0) }),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        let host = text[..<colon]
        if host.first == "[" {
            guard host.last == "]" else { return nil }
            self.init(host: host.dropFirst().dropLast(), port: port)
        } else {
            guard !host.contains(":") else { return nil }
            self.init(host: host, port: port)
        }
    }

    /// Reads a literal address, IPv4 or IPv6 without brackets; `nil` for a name or a malformed one.
    public init?(host: some StringProtocol, port: UInt16) {
        if let address = Self.parseIPv4(host) {
            self.init(ipv4: address, port: port)
        } else if let words = Self.parseIPv6(host) {
            let high = words[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
            let low = words[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
            self.init(high: high, low: low, port: port)
        } else {
            return nil
        }
    }

    /// The address alone, without brackets: `192.0.2.1`, `2001:db8::1` (RFC 5952).
    public var host: String {
        if let ipv4 {
            return (0..<4).map { String(ipv4 >> (24 - 8 * UInt32($0)) & 0xFF) }
                .joined(separator: ".")
        }
        let words = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> (48 - 16 * UInt64(index % 4)))
        }
        guard let zeros = Self.longestZeroRun(words) else { return Self.hexadecimal(words[...]) }
        return Self.hexadecimal(words[..<zeros.lowerBound]) + "::"
            + Self.hexadecimal(words[zeros.upperBound...])
    }

    private static func hexadecimal(_ words: ArraySlice<UInt16>) -> String {
        words.map { String($0, radix: 16) }.joined(separator: ":")
    }

    private static func longestZeroRun(_ words: [UInt16]) -> Range<Int>? {
        var longest = 0..<0
        var start = 0
        for index in 0...words.count where index == words.count || words[index] != 0 {
            if index - start > longest.count { longest = start..<index }
            start = index + 1
        }
        return longest.count >= 2 ? longest : nil
    }

    private static func parseIPv4(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
                part.count == 1 || part.first != "0", let octet = UInt8(part)
            else { return nil }
            address = address << 8 | UInt32(octet)
        }
        return address
    }

    private static func parseIPv6(_ text: some StringProtocol) -> [UInt16]? {
        guard let gap = text.firstRange(of: "::") else {
            let words = parseWords(text, mayEndInIPv4: true)
            return words?.count == 8 ? words : nil
        }
        guard text[gap.upperBound...].firstRange(of: "::") == nil,
            let head = parseWords(text[..<gap.lowerBound], mayEndInIPv4: false),
            let tail = parseWords(text[gap.upperBound...], mayEndInIPv4: true),
            head.count + tail.count <= 7
        else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    private static func parseWords(
        _ text: some StringProtocol,
        mayEndInIPv4: Bool
    ) -> [UInt16]? {
        if text.isEmpty { return [] }
        var words: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndInIPv4, index == parts.count - 1, let address = parseIPv4(part) {
                words += [UInt16(address >> 16), UInt16(truncatingIfNeeded: address)]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                    let word = UInt16(part, radix: 16)
                else { return nil }
                words.append(word)
            }
        }
        return words
    }
}

extension Endpoint: CustomStringConvertible {
    /// `192.0.2.1:5004` or `[2001:db8::1]:5004`.
    public var description: String { ipv4 == nil ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
