extension FixedWidthInteger where Self: UnsignedInteger {
    /// Whether this number comes after `other` on the circle (RFC 1982 §3.2). Of two numbers half
    /// the circle apart neither is newer.
    @inlinable
    public func isNewer(than other: Self) -> Bool {
        let distance = self &- other
        return distance != 0 && distance < 1 << (Self.bitWidth - 1)
    }
}
