public import Wire

/// Which PID carries each program's map (ISO/IEC 13818-1 §2.4.4.3).
public struct ProgramAssociation: Hashable, Sendable {
    /// One program and where its map is.
    public struct Entry: Hashable, Sendable {
        /// The program's number; 0 names the network's table.
        public var program: UInt16
        /// Whose packets its map is in, 0...8191.
        public var pid: UInt16
    }

    /// Names the multiplex.
    public var transportStreamID: UInt16
    /// 0...31, one more for each change.
    public var version: UInt8
    /// The programs, as listed.
    public var programs: [Entry]

    init(transportStreamID: UInt16, version: UInt8, programs: [Entry]) {
        self.transportStreamID = transportStreamID
        (self.version, self.programs) = (version, programs)
    }

    /// Reads a section whose checksum has been checked.
    public init(parsing section: RawSpan) throws(ParseError) {
        var body = try TableSection(parsing: section, tableID: Self.tableID)
        (transportStreamID, version) = (body.identifier, body.version)
        programs = []
        while body.reader.remaining >= 4 {
            let program = try body.reader.readUInt16()
            programs.append(Entry(program: program, pid: try body.reader.readUInt16() & 0x1FFF))
        }
    }

    /// The whole section with its checksum.
    func section() -> [UInt8] {
        var body = ByteWriter()
        for entry in programs {
            body.write(entry.program)
            body.write(0xE000 | entry.pid)
        }
        return TableSection.bytes(
            tableID: Self.tableID, identifier: transportStreamID, version: version,
            body: body.bytes)
    }

    static let tableID: UInt8 = 0
    static let pid: UInt16 = 0
}

/// What a program consists of (ISO/IEC 13818-1 §2.4.4.8).
public struct ProgramMap: Hashable, Sendable {
    /// One elementary stream.
    public struct Stream: Hashable, Sendable {
        /// What it is: 0x1B H.264, 0x24 H.265, 0x0F AAC in ADTS, 0x03 MPEG audio, 0x06 private.
        public var type: UInt8
        /// Whose packets it is in, 0...8191.
        public var pid: UInt16
        /// What more is said of it: tag, length, octets, one after the other.
        public var descriptors: [UInt8]
    }

    /// The program's number, 1...65535.
    public var program: UInt16
    /// 0...31, one more for each change.
    public var version: UInt8
    /// Whose packets carry the clock, 0...8191.
    public var referencePID: UInt16
    /// The streams, as listed.
    public var streams: [Stream]

    init(program: UInt16, version: UInt8, referencePID: UInt16, streams: [Stream]) {
        (self.program, self.version) = (program, version)
        (self.referencePID, self.streams) = (referencePID, streams)
    }

    /// Reads a section whose checksum has been checked.
    public init(parsing section: RawSpan) throws(ParseError) {
        var body = try TableSection(parsing: section, tableID: Self.tableID)
        (program, version) = (body.identifier, body.version)
        referencePID = try body.reader.readUInt16() & 0x1FFF
        try body.reader.skip(Int(body.reader.readUInt16() & 0x0FFF))
        streams = []
        while body.reader.remaining >= 5 {
            let type = try body.reader.readUInt8()
            let pid = try body.reader.readUInt16() & 0x1FFF
            let count = Int(try body.reader.readUInt16() & 0x0FFF)
            let descriptors = try body.reader.read(count).withUnsafeBytes { Array($0) }
            streams.append(Stream(type: type, pid: pid, descriptors: descriptors))
        }
    }

    /// The whole section with its checksum.
    func section() -> [UInt8] {
        var body = ByteWriter()
        body.write(0xE000 | referencePID)
        body.write(UInt16(0xF000))
        for stream in streams {
            body.write(stream.type)
            body.write(0xE000 | stream.pid)
            body.write(0xF000 | UInt16(stream.descriptors.count))
            body.write(stream.descriptors)
        }
        return TableSection.bytes(
            tableID: Self.tableID, identifier: program, version: version, body: body.bytes)
    }

    static let tableID: UInt8 = 2
}
