/// Joins equal values that follow one another, and counts how many pairs that makes.
struct RunLength {
    private var count: UInt32 = 0
    private var value: UInt32 = 0
    private(set) var pairs = 0

    /// Takes `count` more of `value`; hands out what they end.
    mutating func add(_ count: UInt32, of value: UInt32, _ body: (UInt32, UInt32) -> Void) {
        if self.count > 0, self.value == value {
            self.count &+= count
            return
        }
        if self.count > 0 { body(self.count, self.value) }
        (self.count, self.value) = (count, value)
        pairs += 1
    }

    /// Hands out the last pair.
    mutating func finish(_ body: (UInt32, UInt32) -> Void) {
        if count > 0 { body(count, value) }
        count = 0
    }
}
