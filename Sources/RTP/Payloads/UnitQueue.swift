/// Units that wait for their owner, oldest first, and memory to build further ones in.
struct UnitQueue<Unit> {
    private var units: [Unit] = []
    private var first = 0
    private var spares: [[UInt8]] = []

    /// Appends `unit`.
    ///
    /// - Returns: Whether the oldest one was given up for it.
    mutating func append(_ unit: Unit) -> Bool {
        let isFull = units.count - first >= Self.limit
        if isFull { _ = next() }
        units.append(unit)
        return isFull
    }

    mutating func next() -> Unit? {
        guard first < units.count else { return nil }
        let unit = units[first]
        first += 1
        if first == units.count {
            units.removeAll(keepingCapacity: true)
            first = 0
        } else if first == Self.limit {
            units.removeFirst(first)
            first = 0
        }
        return unit
    }

    /// Memory given back, emptied; or none yet.
    mutating func spare() -> [UInt8] { spares.popLast() ?? [] }

    mutating func recycle(_ bytes: consuming [UInt8]) {
        guard spares.count < Self.spareLimit else { return }
        bytes.removeAll(keepingCapacity: true)
        spares.append(bytes)
    }

    /// An owner that fetches after each packet never has more than a few waiting.
    private static var limit: Int { 256 }
    private static var spareLimit: Int { 8 }
}

extension UnitQueue: Sendable where Unit: Sendable {}
