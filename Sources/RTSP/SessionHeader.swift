public import Timing

/// What a `Session` header says (RFC 2326 §12.37): the session's name and how long it lives.
public struct SessionHeader: Hashable, Sendable, CustomStringConvertible {
    /// Chosen by the server.
    public var id: String
    /// Seconds without a sign of life after which the server ends the session.
    public var timeout: Int64

    /// A session by its name.
    public init(id: String, timeout: Int64 = Self.defaultTimeout) {
        (self.id, self.timeout) = (id, timeout)
    }

    /// Reads `id;timeout=seconds`; `nil` without a name. A timeout of nothing is the RFC's minute.
    public init?(parsing text: String) {
        let parts = fields(text, separatedBy: ";")
        guard let first = parts.first else { return nil }
        id = first
        timeout = Self.defaultTimeout
        for part in parts.dropFirst() {
            let (name, value) = pair(part)
            if name == "timeout", let seconds = Int64(value), (1...86_400).contains(seconds) {
                timeout = seconds
            }
        }
    }

    /// The header's value.
    public var description: String { "\(id);timeout=\(timeout)" }

    /// How often to give a sign of life: half the timeout, five seconds before its end at the
    /// latest, and each 25 s at the rarest, for some servers forget after thirty whatever they say.
    public var keepAliveInterval: Interval {
        .seconds(max(1, min(timeout / 2, timeout - 5, 25)))
    }

    /// RFC 2326 §12.37.
    public static let defaultTimeout: Int64 = 60
}

/// Where one stream begins, as an `RTP-Info` header says after PLAY (RFC 2326 §12.33): a hint, for
/// cameras write nonsense here.
public struct StreamStart: Hashable, Sendable, CustomStringConvertible {
    /// Which stream: its control URL, whole or its end.
    public var url: String
    /// The first packet's number.
    public var sequenceNumber: UInt16?
    /// The RTP timestamp that stands for the start of what is played.
    public var timestamp: UInt32?

    /// The start of the stream at `url`.
    public init(url: String, sequenceNumber: UInt16? = nil, timestamp: UInt32? = nil) {
        (self.url, self.sequenceNumber, self.timestamp) = (url, sequenceNumber, timestamp)
    }

    /// The streams a header lists; numbers that are none are left out.
    public static func list(parsing text: String) -> [StreamStart] {
        fields(text, separatedBy: ",").compactMap { entry in
            var start = StreamStart(url: "")
            for part in fields(entry, separatedBy: ";") {
                let (name, value) = pair(part)
                switch name {
                case "url": start.url = value
                case "seq": start.sequenceNumber = UInt16(value)
                case "rtptime": start.timestamp = UInt32(value)
                default: continue
                }
            }
            return start.url.isEmpty ? nil : start
        }
    }

    /// The entry as it goes over the wire.
    public var description: String {
        "url=\(url)" + (sequenceNumber.map { ";seq=\($0)" } ?? "")
            + (timestamp.map { ";rtptime=\($0)" } ?? "")
    }
}

/// What of the presentation is played (RFC 2326 §12.29).
public enum PlayRange: Hashable, Sendable, CustomStringConvertible {
    /// Normal play time, from and to; without a beginning from where it stands, without an end on
    /// and on.
    case normalPlayTime(from: Interval?, to: Interval?)
    /// Live.
    case now
    /// `smpte=…`, `clock=…` and what else there is, as written.
    case other(String)

    /// All of it.
    public static let fromStart = PlayRange.normalPlayTime(from: .zero, to: nil)

    /// Reads a header's value.
    public init(parsing text: String) {
        let text = fields(text, separatedBy: ";").first ?? ""
        let (name, value) = pair(text)
        let ends = value.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard name == "npt", ends.count == 2 else {
            self = .other(text)
            return
        }
        let (from, to) = (trimmed(ends[0]), trimmed(ends[1]))
        let (start, end) = (Self.time(from), Self.time(to))
        if isSameToken(from, "now") {
            self = .now
        } else if (start == nil) == from.isEmpty, (end == nil) == to.isEmpty {
            self = .normalPlayTime(from: start, to: end)
        } else {
            self = .other(text)
        }
    }

    /// The header's value.
    public var description: String {
        switch self {
        case .normalPlayTime(let from, let to):
            "npt=\(from.map(Self.text) ?? "")-\(to.map(Self.text) ?? "")"
        case .now: "npt=now-"
        case .other(let text): text
        }
    }

    /// `seconds[.fraction]` or `hours:minutes:seconds[.fraction]`.
    private static func time(_ text: String) -> Interval? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.count == 3 else { return nil }
        var milliseconds: Int64 = 0
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let halves = part.split(
                separator: ".", maxSplits: isLast ? 1 : 0, omittingEmptySubsequences: false)
            guard let whole = UInt32(halves[0]), whole <= timeLimit else { return nil }
            milliseconds = milliseconds * 60 + Int64(whole) * 1000
            guard halves.count == 2 else { continue }
            let digits = halves[1].prefix(3)
            guard halves[1].utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
            milliseconds += Int64(digits + String(repeating: "0", count: 3 - digits.count)) ?? 0
        }
        return milliseconds <= Int64(timeLimit) * 1000 ? .milliseconds(milliseconds) : nil
    }

    private static let timeLimit: UInt32 = 1_000_000_000  // seconds: thirty years

    private static func text(_ time: Interval) -> String {
        let milliseconds = max(time.nanoseconds / 1_000_000, 0)
        let fraction = String(milliseconds % 1000)
        return "\(milliseconds / 1000)."
            + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}
