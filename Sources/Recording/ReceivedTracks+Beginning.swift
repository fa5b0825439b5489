import RTP

extension ReceivedTracks {
    /// Has both tracks begin together by their senders' clocks, and not by their arrival: the newest pictures
    /// may come ahead of what is live, and sound does not.
    ///
    /// - Parameters:
    ///   - timestamp: The first picture's.
    ///   - picture: A report of the pictures' sender.
    ///   - sound: One of the sound's; of another clock it is not believed.
    mutating func begin(
        withPicture timestamp: UInt32, _ picture: ReportedClock, _ sound: ReportedClock
    ) {
        guard picture.ntp.value != 0, sound.ntp.value != 0 else { return }
        let pictureTicks = Int64(Int32(bitPattern: timestamp &- picture.timestamp))
        let start = picture.ntp.unixNanoseconds &+ pictureTicks * 1_000_000_000 / 90_000
        let apart = start.subtractingReportingOverflow(sound.ntp.unixNanoseconds)
        guard !apart.overflow, apart.partialValue.magnitude < Self.sanity else { return }
        let soundTicks = apart.partialValue / 1000 * 48 / 1000
        setOrigin(timestamp, of: .picture)
        setOrigin(sound.timestamp &+ UInt32(truncatingIfNeeded: soundTicks), of: .sound)
    }

    /// Reports of one sender are this near one another.
    private static let sanity: UInt64 = 20_000_000_000
}
