/// Which URLs a camera may mean by what it writes (RFC 2326 §C.1.1, and what is found beside it):
/// in the order in which they are to be tried.
struct ControlURL {
    /// The request's URL, with host and port that surely work.
    let request: RTSPURL
    /// What relative URLs are relative to, most likely first.
    let bases: [String]

    init(request: RTSPURL, description response: RTSPResponse) {
        self.request = request
        let written = response.headers["Content-Base"] ?? response.headers["Content-Location"]
        let base = written.flatMap { Self.absolute(trimmed($0), beside: request) }
        bases = [base, request.text].compactMap { $0 }.firstOfEach()
    }

    /// For a stream's or the session's `a=control`.
    func candidates(_ control: String?) -> [String] {
        let control = printable(trimmed(control ?? ""))
        if control.isEmpty || control == "*" { return bases }
        if control.contains("://") {
            guard let url = try? RTSPURL(parsing: control) else { return [control] }
            // A camera behind a translator writes an address that nobody else can reach.
            return [url.text, request.origin + url.target].firstOfEach()
        }
        let candidates = bases.flatMap { Self.resolutions(control, base: $0) }
        return Array(candidates.firstOfEach().prefix(Self.candidateLimit))
    }

    /// `control` at the end of the base, as nearly all cameras mean it; then as RFC 3986 §5.2 has
    /// it; then in front of the base's query.
    private static func resolutions(_ control: String, base: String) -> [String] {
        let query = base.firstIndex(of: "?") ?? base.endIndex
        let path = base[..<query]
        let isJoined = control.first == "?" || control.first == "/" || base.last == "/"
        var resolutions = [base + (isJoined ? "" : "/") + control]
        if base.last == "/", control.first == "/" { resolutions[0] = base + control.dropFirst() }
        if let url = try? RTSPURL(parsing: base) {
            let folder = url.path.lastIndex(of: "/").map { url.path[...$0] } ?? "/"
            let isFromRoot = control.first == "/"
            if control.first != "?" {
                resolutions.append(url.origin + (isFromRoot ? "" : folder) + control)
            }
        }
        if query != base.endIndex, control.first != "?" {
            let joint = path.last == "/" || control.first == "/" ? "" : "/"
            resolutions.append(path + joint + control + base[query...])
        }
        return resolutions
    }

    /// A `Content-Base` as an absolute URL; `nil` when it makes no sense.
    private static func absolute(_ text: String, beside request: RTSPURL) -> String? {
        if let url = try? RTSPURL(parsing: text) { return url.text }
        guard !text.isEmpty, !text.contains("://") else { return nil }
        let scheme = request.isSecure ? "rtsps:" : "rtsp:"
        if text.hasPrefix("//") { return (try? RTSPURL(parsing: scheme + text))?.text }
        if text.hasPrefix("/") { return request.origin + printable(text) }
        let host = text.prefix { $0 != "/" && $0 != ":" }
        guard host == request.host else { return nil }  // a URL without its scheme
        return (try? RTSPURL(parsing: scheme + "//" + text))?.text
    }

    /// Without a query that holds a token for DESCRIBE alone: Nest answers a PLAY that repeats it,
    /// and then sends nothing.
    static func withoutToken(_ text: String) -> String {
        guard let query = text.firstIndex(of: "?"),
            text[query...].dropFirst().split(separator: "&").contains(where: {
                isSameToken($0.prefix(5), "auth=")
            })
        else { return text }
        let path = text[..<query]
        return path.last == "/" ? String(path) : path + "/"
    }

    private static let candidateLimit = 6
}

extension Array where Element: Hashable {
    /// Each element once, in order.
    func firstOfEach() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
