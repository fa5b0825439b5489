public import Muxer

/// What a recording adds to its file in one go.
public struct FileChunk: Hashable, Sendable {
    /// Octets for the end of the file.
    public var bytes: [UInt8]
    /// Octets for the end of the index beside it, written after the others.
    public var index: [UInt8]
    /// The parts that these octets complete.
    public var parts: [IndexedPart]
    /// What the index begins with, once the file's date is certain.
    public var header: IndexHeader?
    /// Frames that were taken in since the octets before these, and are among them but for what the
    /// container gathers: a part's worth, 200 ms.
    public var frames: FrameCount
    /// What the index's first octets are from now on, where that date is another than they said.
    public var indexHead: [UInt8] = []
    /// The file's date is not certain yet: its parts are listed when it is.
    public var isUndated = false

    /// An addition.
    public init(
        bytes: [UInt8], index: [UInt8] = [], parts: [IndexedPart] = [], header: IndexHeader? = nil,
        frames: FrameCount = FrameCount()
    ) {
        (self.bytes, self.index) = (bytes, index)
        (self.parts, self.header, self.frames) = (parts, header, frames)
    }

    /// Octets that it takes in memory until it is written.
    var byteCount: Int { bytes.count + index.count + indexHead.count }
}
