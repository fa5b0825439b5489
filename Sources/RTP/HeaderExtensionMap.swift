/// Which number names which header extension on one transport or media section, as SDP agreed.
///
/// Sixteen octets, trivial to copy, no heap. Every extension has at most one number.
public struct HeaderExtensionMap: Hashable, Sendable {
    @usableFromInline var ids = SIMD16<UInt8>()  // by extension; 0 while it has no number

    /// No extension agreed.
    public init() {}

    /// The number of `name`, 1...255; 0 when it is not agreed: no element bears that number.
    @inlinable
    public subscript(name: HeaderExtension) -> UInt8 {
        get { ids[Int(name.rawValue)] }
        set { ids[Int(name.rawValue)] = newValue }
    }

    /// The extension that `id` names; `nil` when none was agreed under it.
    @inlinable
    public func name(of id: UInt8) -> HeaderExtension? {
        guard id != 0 else { return nil }
        for index in 0..<16 where ids[index] == id {
            return HeaderExtension(rawValue: UInt8(truncatingIfNeeded: index))
        }
        return nil
    }

    /// Every extension agreed, in the order of their declaration.
    public var names: [HeaderExtension] { HeaderExtension.allCases.filter { self[$0] != 0 } }
}
