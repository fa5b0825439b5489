/// Access units on their way out of a depacketizer of video: counted by what became of them, held back
/// where the policy says so.
struct AccessUnitQueue: Sendable {
    let policy: FramePolicy
    private(set) var statistics = DepacketizerStatistics()
    /// Whether something is missing before the unit that is being put together.
    var isAfterLoss = false

    private var queue = UnitQueue<AccessUnit>()
    private var isWaiting: Bool

    init(_ policy: FramePolicy) {
        self.policy = policy
        isWaiting = policy.startsAtKeyframe
    }

    /// Counts a unit that has ended.
    ///
    /// - Returns: Whether it goes out: `append` it then.
    mutating func admit(
        isKeyframe: Bool, hasPicture: Bool, brokenBy cause: BrokenUnit?
    ) -> Bool {
        if let cause {
            statistics.count(cause)
            guard cause != .withoutPicture else { return false }
            isAfterLoss = true
            guard policy.emitsIncomplete, hasPicture else { return false }
        }
        if isKeyframe {
            isWaiting = false
        } else if isAfterLoss, policy.resumesAtKeyframe {
            isWaiting = true
        }
        guard isWaiting else { return true }
        statistics.count(.awaitingKeyframe)
        if statistics.keyframes == 0 { statistics.earlyUnits += 1 }
        return false
    }

    /// Takes an admitted unit.
    mutating func append(_ unit: AccessUnit, isKeyframe: Bool, isComplete: Bool) {
        var unit = unit
        (unit.isKeyframe, unit.isComplete) = (isKeyframe, isComplete)
        unit.followsLoss = isAfterLoss && !isKeyframe
        isAfterLoss = !isComplete
        if isComplete { statistics.units += 1 }
        if isKeyframe { statistics.keyframes += 1 }
        if queue.append(unit) { statistics.count(.overflow) }
    }

    mutating func next() -> AccessUnit? { queue.next() }

    mutating func spare() -> [UInt8] { queue.spare() }

    mutating func recycle(_ unit: consuming AccessUnit) { queue.recycle(unit.bytes) }
}
