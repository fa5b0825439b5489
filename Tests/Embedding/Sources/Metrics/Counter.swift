/// A count that goes up.
public struct Counter {
    /// The count.
    public private(set) var value = 0

    /// Zero.
    public init() {}

    /// Counts one more.
    public mutating func increment() { value += 1 }
}
