import Timing

/// The octets of a playlist as they come about. A day has megabytes of them, and players ask for it anew
/// with each part: nothing is made of a line but its octets.
struct PlaylistOctets {
    private(set) var bytes: [UInt8] = []
    /// The day that was named last, counted from 1970, and its name.
    private var day: Int64?
    private var dayName: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func write(_ text: StaticString) {
        bytes.append(
            contentsOf: UnsafeBufferPointer(
                start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends what has been made for many lines.
    mutating func write(_ octets: [UInt8]) { bytes.append(contentsOf: octets) }

    /// Appends a number in decimal digits, zeros before it where it has fewer than `width`.
    mutating func write(_ number: UInt64, width: Int = 1) {
        var (count, rest) = (1, number / 10)
        while rest > 0 { (count, rest) = (count + 1, rest / 10) }
        count = max(count, width)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: count))
        rest = number
        var place = bytes.count - 1
        while rest > 0 {
            bytes[place] += UInt8(truncatingIfNeeded: rest % 10)
            (place, rest) = (place - 1, rest / 10)
        }
    }

    /// Appends a number that is not negative.
    mutating func write(_ number: Int) { write(UInt64(max(number, 0))) }

    /// Appends seconds with six digits behind the point: players add a day's durations up, and half a
    /// millisecond each would be ten seconds.
    mutating func write(_ interval: Interval) {
        let rounded = interval.adding(Interval(nanoseconds: 500)).nanoseconds
        let microseconds = UInt64(max(rounded, 0)) / 1000
        write(microseconds / 1_000_000)
        write(".")
        write(microseconds % 1_000_000, width: 6)
    }

    /// Appends a date as `DateTime.text` has it. The calendar is asked once a day.
    mutating func write(_ date: DateTime) {
        let (seconds, rest) = date.nanoseconds.flooredQuotientAndRemainder(by: 1_000_000_000)
        let (day, ofDay) = seconds.flooredQuotientAndRemainder(by: 86_400)
        if day != self.day {
            dayName = Array(CivilTime(seconds: seconds).fields[..<3].joined(separator: "-").utf8)
            self.day = day
        }
        write(dayName)
        write("T")
        write(UInt64(ofDay / 3600), width: 2)
        write(":")
        write(UInt64(ofDay / 60 % 60), width: 2)
        write(":")
        write(UInt64(ofDay % 60), width: 2)
        write(".")
        write(UInt64(rest / 1_000_000), width: 3)
        write("Z")
    }
}

extension Int64 {
    /// How often a divisor is in it, downwards also before 0, and what is left: never less than 0.
    fileprivate func flooredQuotientAndRemainder(by divisor: Int64) -> (Int64, Int64) {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }
}
