import Wire

/// The two tables of a stream with one program, ready as packets but for their counters.
struct TransportTables {
    private var association: [UInt8]
    private var map: [UInt8]
    private var version: UInt8 = 0
    private var counter: UInt8 = 0

    init(tracks: [TransportTrack], reference: Int) {
        let programs = [ProgramAssociation.Entry(program: Self.program, pid: Self.mapPID)]
        let section = ProgramAssociation(transportStreamID: 1, version: 0, programs: programs)
            .section()
        association = Self.packet(of: section, pid: ProgramAssociation.pid)
        map = Self.map(of: tracks, reference: reference, version: 0)
    }

    /// Takes over other tracks; the version rises only when the map would read differently.
    mutating func change(tracks: [TransportTrack], reference: Int) {
        guard Self.map(of: tracks, reference: reference, version: version) != map else { return }
        version = (version + 1) & 0x1F
        map = Self.map(of: tracks, reference: reference, version: version)
    }

    /// Appends both, one packet each. They always come together, and so count alike.
    mutating func write(to output: inout ByteWriter) {
        write(association, to: &output)
        write(map, to: &output)
        counter = (counter + 1) & 0x0F
    }

    private func write(_ packet: [UInt8], to output: inout ByteWriter) {
        let start = output.count
        output.write(packet.span.bytes)
        output.patch(UInt16(packet[2]) << 8 | UInt16(packet[3] | counter), at: start + 2)
    }

    private static func packet(of section: [UInt8], pid: UInt16) -> [UInt8] {
        var output = ByteWriter(capacity: TransportPacket.byteCount)
        output.write(
            TransportPacket.head(
                pid: pid, startsUnit: true, hasAdaptation: false, hasPayload: true, counter: 0))
        output.write(UInt8(0))  // the section begins right behind this pointer
        output.write(section.span.bytes)
        output.write(repeating: 0xFF, count: PacketCutter.roomPerPacket - 1 - section.count)
        return output.bytes
    }

    private static func map(
        of tracks: [TransportTrack], reference: Int, version: UInt8
    ) -> [UInt8] {
        let section = ProgramMap(
            program: program, version: version, referencePID: tracks[reference].pid,
            streams: tracks.map(\.stream)
        ).section()
        return packet(of: section, pid: mapPID)
    }

    private static let program: UInt16 = 1
    private static let mapPID: UInt16 = 0x1000
}
