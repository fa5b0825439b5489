/// A number used once.
public struct Nonce {
    /// The number.
    public let value = UInt64.random(in: 0 ... .max)

    /// A fresh one.
    public init() {}
}
