/// The scheme and authority of an absolute URL, in lower case.
func origin(of url: String) -> String? {
    guard let scheme = url.range("://") else { return nil }
    let end = url[scheme.upperBound...].firstIndex { $0 == "/" || $0 == "?" || $0 == "#" }
    return url[..<(end ?? url.endIndex)].lowercased()
}

/// A `Location` against the URL it answers (RFC 3986 §5.2), as far as servers make use of that: a
/// whole URL, another authority, an absolute path, or a relative one. `nil` for what is not HTTP.
func resolve(_ location: String, against base: String) -> String? {
    if location.range("://") != nil {
        let scheme = location.lowercased()
        return scheme.hasPrefix("http://") || scheme.hasPrefix("https://") ? location : nil
    }
    guard let origin = origin(of: base), !location.isEmpty else { return nil }
    if location.hasPrefix("//") {
        return base.prefix { $0 != ":" } + ":" + location
    }
    if location.hasPrefix("/") { return origin + location }
    let path = base.dropFirst(origin.count).prefix { $0 != "?" && $0 != "#" }
    guard let slash = path.lastIndex(of: "/") else { return origin + "/" + location }
    return origin + path[...slash] + location
}

extension String {
    /// Where `text` first stands.
    fileprivate func range(_ text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) {
                return start..<index(start, offsetBy: text.count)
            }
            start = index(after: start)
        }
        return nil
    }
}
