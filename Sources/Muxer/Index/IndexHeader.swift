public import Timing
import Wire

/// What a recording's index begins with: all that its parts have in common.
public struct IndexHeader: Hashable, Sendable {
    /// What the file is.
    public var container: Container
    /// What its tracks hold, with the parameter sets of its first key frame.
    public var formats: [TrackFormat]
    /// Nanoseconds since 1970 at media time zero.
    public var wallClock: Int64
    /// The media time that the file's own times count from.
    public var origin: Interval
    /// What the file begins with, before its first part: what a fragment's decoder is set up with.
    /// Empty for transport streams.
    public var initialization: [UInt8]

    /// A header of this content.
    public init(
        container: Container, formats: [TrackFormat], wallClock: Int64 = 0,
        origin: Interval = .zero, initialization: [UInt8] = []
    ) {
        (self.container, self.formats) = (container, formats)
        (self.wallClock, self.origin) = (wallClock, origin)
        self.initialization = initialization
    }

    /// Octets of the file before its first part.
    public var headerByteCount: Int { initialization.count }

    /// Reads a record's content.
    init(parsing reader: inout ByteReader) throws(ParseError) {
        guard try reader.readUInt32() == Self.mark else {
            throw .invalid(field: "mark", at: 4)
        }
        guard try reader.readUInt8() == Self.version else {
            throw .invalid(field: "version", at: 8)
        }
        let number = try reader.readUInt8()
        guard let container = Container.allCases.first(where: { $0.indexNumber == number }) else {
            throw .invalid(field: "container", at: 9)
        }
        self.container = container
        wallClock = Int64(bitPattern: try reader.readUInt64())
        origin = Interval(nanoseconds: Int64(bitPattern: try reader.readUInt64()))
        // Sums of these with a part's times do not overflow.
        guard wallClock.magnitude < 1 << 62, origin.nanoseconds.magnitude < 1 << 60 else {
            throw .invalid(field: "wall clock", at: 10)
        }
        formats = []
        let trackCount = try reader.readUInt8()
        guard trackCount <= Container.trackLimit else {
            throw .invalid(field: "track count", at: reader.offset - 1)
        }
        for _ in 0..<trackCount { formats.append(try TrackFormat(indexed: &reader)) }
        let count = Int(try reader.readUInt32())
        initialization = try reader.read(count).withUnsafeBytes { Array($0) }
    }

    /// Appends a record's content.
    func write(to writer: inout ByteWriter) {
        writer.write(Self.mark)
        writer.write(Self.version)
        writer.write(container.indexNumber)
        writer.write(UInt64(bitPattern: wallClock))
        writer.write(UInt64(bitPattern: origin.nanoseconds))
        writer.write(UInt8(truncatingIfNeeded: formats.count))
        for format in formats { format.write(toIndex: &writer) }
        writer.write(UInt32(initialization.count))
        writer.write(initialization)
    }

    /// "SLIX".
    private static let mark: UInt32 = 0x534C_4958
    private static let version: UInt8 = 1
}
