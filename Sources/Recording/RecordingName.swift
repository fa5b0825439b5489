import Glibc
import Muxer
import Timing

/// What a recording's file is called: `{name}_{YYYYMMDD_HHMMSS}.{ts|mp4|webm}`, UTC, with a number
/// behind the time where two begin in one second.
struct RecordingName: Hashable {
    /// What it is a recording of.
    var name: String
    /// `YYYYMMDD_HHMMSS`.
    var stamp: String
    /// 1 for the first of that second.
    var number: Int
    /// Without the dot.
    var fileExtension: String

    /// The name of a file that begins now.
    init(_ name: String, at seconds: Int64, number: Int = 1, _ container: Container) {
        (self.name, self.number) = (name, number)
        (stamp, fileExtension) = (Self.stamp(seconds), container.fileExtension)
    }

    /// A file's name taken apart; `nil` where it is none of ours.
    init?(_ file: String) {
        let halves = file.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count >= 2, let last = halves.last else { return nil }
        fileExtension = String(last)
        guard Container.allCases.contains(where: { $0.fileExtension == last }),
            // They go into playlists and headers, line by line.
            file.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        var words = halves.dropLast().joined(separator: ".")
            .split(separator: "_", omittingEmptySubsequences: false)
        number = 1
        if let last = words.last, last.utf8.count < 4, Self.isNumber(last, digits: last.utf8.count),
            let value = Int(last), value > 1
        {
            number = value
            words.removeLast()
        }
        guard words.count >= 3, Self.isNumber(words[words.count - 2], digits: 8),
            Self.isNumber(words[words.count - 1], digits: 6)
        else { return nil }
        stamp = words.suffix(2).joined(separator: "_")
        name = words.dropLast(2).joined(separator: "_")
    }

    /// When its file begins, in seconds since 1970; `nil` where the stamp is no date.
    var seconds: Int64? {
        let digits = stamp.utf8.filter { $0 != UInt8(ascii: "_") }.map { Int32($0) - 0x30 }
        guard digits.count == 14 else { return nil }
        func number(_ range: Range<Int>) -> Int32 { digits[range].reduce(0) { $0 * 10 + $1 } }
        var parts = tm()
        (parts.tm_year, parts.tm_mon) = (number(0..<4) - 1900, number(4..<6) - 1)
        (parts.tm_mday, parts.tm_hour) = (number(6..<8), number(8..<10))
        (parts.tm_min, parts.tm_sec) = (number(10..<12), number(12..<14))
        let seconds = Int64(timegm(&parts))
        return Self.stamp(seconds) == stamp ? seconds : nil
    }

    /// Whether a recording may be called so: 1 to 100 ASCII letters, digits, hyphens, underscores and
    /// dots, no dot first.
    static func isWellFormed(_ name: String) -> Bool {
        (1...100).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
            && name.utf8.allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// The file's name.
    var file: String { name + "_" + stamp + (number > 1 ? "_\(number)" : "") + "." + fileExtension }

    /// What the index beside a file is called.
    static func index(of file: String) -> String { file + indexSuffix }

    static let indexSuffix = ".index"

    private static func isNumber(_ word: Substring, digits: Int) -> Bool {
        word.utf8.count == digits && word.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func stamp(_ seconds: Int64) -> String {
        let fields = CivilTime(seconds: seconds).fields
        return fields[..<3].joined() + "_" + fields[3...].joined()
    }
}
