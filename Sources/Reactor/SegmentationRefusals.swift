import Wire

/// Destinations to which the kernel has refused to cut a run, and from what segment length on: a route
/// with a smaller MTU (EMSGSIZE), a device that cannot do it. Runs to them go one by one at once.
///
/// Routes change: now and then a run is tried all the same.
struct SegmentationRefusals {
    private struct Entry {
        var segmentLength: Int
        var runsUntilTrial: Int
    }

    private var entries: [Endpoint: Entry] = [:]

    var isEmpty: Bool { entries.isEmpty }

    /// Whether a run of several datagrams is better sent one by one.
    mutating func takesApart(_ run: Transmit) -> Bool {
        guard let entry = entries[run.destination], run.segmentLength >= entry.segmentLength
        else { return false }
        let isTrial = entry.runsUntilTrial == 0
        entries[run.destination]?.runsUntilTrial =
            isTrial ? Self.trialInterval : entry.runsUntilTrial - 1
        return !isTrial
    }

    /// The kernel has refused to cut this run.
    mutating func note(_ run: Transmit) {
        // Whoever is forgotten is refused once more, and noted again.
        if entries.count == Self.limit { entries.removeAll(keepingCapacity: true) }
        let known = entries[run.destination]?.segmentLength ?? run.segmentLength
        entries[run.destination] = Entry(
            segmentLength: min(known, run.segmentLength), runsUntilTrial: Self.trialInterval)
    }

    /// The kernel has cut this run: so it does what it refused, if that was no longer.
    mutating func forget(_ run: Transmit) {
        guard let entry = entries[run.destination], run.segmentLength >= entry.segmentLength
        else { return }
        entries[run.destination] = nil
    }

    static let trialInterval = 1024  // runs: half a minute of a stream of pictures
    private static let limit = 4096  // destinations: 200 KB
}
