extension RawSpan {
    /// Lends the octets to C; never with a null pointer, which an empty span has.
    func withOctets<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else {
                return withUnsafePointer(to: UInt8(0), body)
            }
            return body(base.assumingMemoryBound(to: UInt8.self))
        }
    }
}
