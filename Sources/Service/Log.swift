import Glibc
import Timing

/// Writes records to standard error: a line of text, or one JSON object a line.
///
/// A value, handed to whoever has something to say; there is no global one. A record below the
/// level costs one comparison, and none waits for who reads it: a thousand records may be on their way;
/// beyond that the newest are lost, and counted in a record of their own.
public struct Log: Sendable {
    /// How serious a record is.
    public enum Level: Int, Comparable, Sendable {
        case debug, info, warning, error

        /// The level of that name.
        public init?(_ name: String) {
            let names = ["debug", "info", "warning", "error"]
            guard let index = names.firstIndex(of: name) else { return nil }
            self.init(rawValue: index)
        }

        /// Orders by seriousness.
        public static func < (left: Level, right: Level) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    private let level: Level
    private let isJSON: Bool
    private let lines: LogLines?

    /// A log that leaves out what is less serious than `level`.
    public init(level: Level, isJSON: Bool) {
        self.init(level: level, isJSON: isJSON, lines: nil)
    }

    /// - Parameter lines: Where it is written; `nil` for standard error.
    init(level: Level, isJSON: Bool, lines: LogLines?) {
        (self.level, self.isJSON, self.lines) = (level, isJSON, lines)
    }

    /// Writes one record, in one write, soon.
    ///
    /// The fields are names and values in their order; never a password or token.
    public func callAsFunction(
        _ level: Level, _ message: String, _ fields: KeyValuePairs<String, String> = [:]
    ) {
        self(level, message, fields: Array(fields))
    }

    /// Writes one line with fields that are not known beforehand.
    public func callAsFunction(
        _ level: Level, _ message: String, fields: [(key: String, value: String)]
    ) {
        guard level >= self.level else { return }
        let line = line(level, message, fields, at: Self.timestamp())
        (lines ?? LogLines.standardError).add(line) { lost in
            let words = lost == 1 ? "1 line lost" : "\(lost) lines lost"
            return self.line(.warning, words, [:], at: Self.timestamp())
        }
    }

    /// The whole record, its end of line included.
    func line(
        _ level: Level, _ message: String, _ fields: KeyValuePairs<String, String>, at time: String
    ) -> String {
        line(level, message, Array(fields), at: time)
    }

    func line(
        _ level: Level, _ message: String, _ fields: [(key: String, value: String)], at time: String
    ) -> String {
        guard !isJSON else { return Self.json(level, message, fields, time) + "\n" }
        let isPlain = !message.unicodeScalars.contains(where: Self.isControl)
        return fields.reduce(into: "\(time) \(level) \(isPlain ? message : Self.quoted(message))") {
            $0 += " \($1.key)=\(Self.quotedIfNeeded($1.value))"
        } + "\n"
    }

    private static func json(
        _ level: Level, _ message: String, _ fields: [(key: String, value: String)], _ time: String
    ) -> String {
        var line = "{\"time\":\"\(time)\",\"level\":\"\(level)\",\"message\":\(quoted(message))"
        for (name, value) in fields { line += ",\(quoted(name)):\(quoted(value))" }
        return line + "}"
    }

    private static func quotedIfNeeded(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy {
            !isControl($0) && !$0.properties.isWhitespace && !["\"", "\\", "="].contains($0)
        }
        return isPlain && !text.isEmpty ? text : quoted(text)
    }

    /// What could move a terminal's cursor: names come from strangers.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
            || scalar.properties.generalCategory == .format
    }

    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { quoted, scalar in
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case _ where isControl(scalar):
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            default: quoted.unicodeScalars.append(scalar)
            }
        } + "\""
    }

    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let nanoseconds = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
        return DateTime(nanoseconds: nanoseconds).text
    }
}
