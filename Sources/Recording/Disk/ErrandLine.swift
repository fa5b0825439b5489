/// What waits to be done beside a disk's writing, in two rows: what is urgent goes first, and one of the
/// others behind each of these. Nothing goes before what is urgent and was left earlier.
///
/// A slow disk is never done with syncs; files end there all the same, and no sync waits for more than one.
struct ErrandLine {
    private var urgent: [(number: Int, errand: DiskErrand)] = []
    private var others: [(number: Int, errand: DiskErrand)] = []
    private var count = 0
    private var wasUrgent = false  // the last one

    /// Whether nothing waits.
    var isEmpty: Bool { urgent.isEmpty && others.isEmpty }

    /// Takes one in.
    mutating func append(_ errand: DiskErrand) {
        if errand.isUrgent {
            urgent.append((count, errand))
        } else {
            others.append((count, errand))
        }
        count += 1
    }

    /// The next to be done.
    mutating func popFirst() -> DiskErrand? {
        guard let next = urgent.first else {
            wasUrgent = false
            return others.isEmpty ? nil : others.removeFirst().errand
        }
        if wasUrgent, let other = others.first, other.number < next.number {
            wasUrgent = false
            return others.removeFirst().errand
        }
        wasUrgent = true
        return urgent.removeFirst().errand
    }
}
