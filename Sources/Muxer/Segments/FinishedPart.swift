/// A part of a recording that is whole: its octets have all been handed out.
public struct FinishedPart: Hashable, Sendable {
    /// Which file of the recording it lies in, counted from 0.
    public var segment: Int
    /// Where it lies and what it holds.
    public var part: IndexedPart
    /// What the file's index goes on with, once the part's own octets are in the file. The first
    /// part of a file brings the index's header along.
    public var record: [UInt8]
}
