import Wire

/// The two tables of a stream with one program, ready as packets.
struct TransportTables {
    private var association: [UInt8]
    private var map: [UInt8]
    private var version: UInt8 = 0
    private var associationCounter: UInt8 = 0
    private var mapCounter: UInt8 = 0

    init(tracks: [TransportTrack], reference: Int) {
        let programs = [ProgramAssociation.Entry(program: Self.program, pid: Self.mapPID)]
        association = ProgramAssociation(
            transportStreamID: 1, version: 0, programs: programs
        ).section()
        map = Self.map(of: tracks, reference: reference, version: 0)
    }

    /// Takes over other tracks; the version rises only when the map would read differently.
    mutating func change(tracks: [TransportTrack], reference: Int) {
        guard Self.map(of: tracks, reference: reference, version: version) != map else { return }
        version = (version + 1) & 0x1F
        map = Self.map(of: tracks, reference: reference, version: version)
    }

    /// Appends both, one packet each.
    mutating func write(to output: inout ByteWriter) {
        Self.write(association, pid: ProgramAssociation.pid, &associationCounter, to: &output)
        Self.write(map, pid: Self.mapPID, &mapCounter, to: &output)
    }

    private static func write(
        _ section: [UInt8], pid: UInt16, _ counter: inout UInt8, to output: inout ByteWriter
    ) {
        output.write(
            TransportPacket.head(
                pid: pid, startsUnit: true, hasAdaptation: false, hasPayload: true,
                counter: counter))
        counter = (counter + 1) & 0x0F
        output.write(UInt8(0))  // the section begins right behind this pointer
        output.write(section.span.bytes)
        output.write(repeating: 0xFF, count: PacketCutter.roomPerPacket - 1 - section.count)
    }

    private static func map(
        of tracks: [TransportTrack], reference: Int, version: UInt8
    ) -> [UInt8] {
        ProgramMap(
            program: program, version: version, referencePID: tracks[reference].pid,
            streams: tracks.map(\.stream)
        ).section()
    }

    private static let program: UInt16 = 1
    private static let mapPID: UInt16 = 0x1000
}
