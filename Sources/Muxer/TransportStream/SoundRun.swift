import Codecs
import Wire

/// The octets of one track's frames at the end of a transport stream, and where in it they stand.
struct SoundRun {
    /// What the last PES packets hold, one behind the other.
    private(set) var octets: [UInt8] = []
    /// The continuity counter of the track's next packet.
    private(set) var nextCounter: UInt8 = 0

    /// Where some octets stand: places in `octets`, and the offset of the first in the stream.
    private var pieces: [(range: Range<Int>, offset: Int)] = []
    /// Where the last PES packet that says so begins with a frame.
    private var aligned: Int?
    /// Octets of the last PES packet still to come; `nil` where none has begun.
    private var missing: Int?

    /// The octets of these packets from the first PES packet on that begins in them. What is not as we
    /// write it is passed over, with all before it.
    init(of pid: UInt16, in packets: RawSpan) {
        let step = TransportPacket.byteCount
        for start in stride(from: 0, through: packets.byteCount - step, by: step) {
            let bytes = packets.extracting(start..<start + step)
            guard let packet = try? TransportPacket(parsing: bytes), packet.pid == pid,
                packet.hasPayload
            else { continue }
            take(packet, bytes, at: start)
        }
        if missing != 0 { drop() }
    }

    /// Where the frame begins that goes on behind the octets; their end where none does, and `nil` where
    /// they do not tell.
    func tornFrame(of format: TrackFormat) -> Int? {
        if let aligned {
            let found = frames(of: format, from: aligned)
            return found.isBroken ? nil : found.end
        }
        var start = 0
        while let next = octets[start...].firstIndex(of: 0xFF) {
            // One header may be anything; what leads to another, and on to the end, is none by chance.
            let found = frames(of: format, from: next)
            if found.count > 1, !found.isBroken { return found.end }
            // What leads to others and then nowhere is not tried again from its middle.
            start = found.count > 1 ? found.end : next + 1
        }
        return nil
    }

    /// The octets from a place on, packet by packet.
    func places(from place: Int) -> [(range: Range<Int>, offset: Int)] {
        pieces.filter { $0.range.upperBound > place }.map { piece in
            let lower = max(piece.range.lowerBound, place)
            return (
                lower..<piece.range.upperBound, piece.offset + lower - piece.range.lowerBound
            )
        }
    }

    private mutating func take(_ packet: TransportPacket, _ bytes: RawSpan, at start: Int) {
        var reader = ByteReader(bytes.extracting(packet.payloadOffset..<bytes.byteCount))
        if packet.startsUnit {
            if missing != 0 { drop() }
            guard let header = try? PESHeader(parsing: &reader),
                let count = header.payloadByteCount
            else { return drop() }
            missing = count
            if header.isAligned { aligned = octets.count }
        }
        let offset = start + packet.payloadOffset + reader.offset
        let payload = reader.readRest()
        guard let left = missing, left >= payload.byteCount else { return drop() }
        missing = left - payload.byteCount
        pieces.append((octets.count..<octets.count + payload.byteCount, offset))
        payload.withUnsafeBytes { octets.append(contentsOf: $0) }
        nextCounter = (packet.continuityCounter + 1) & 0x0F
    }

    private mutating func drop() { (octets, pieces, aligned, missing) = ([], [], nil, nil) }

    /// How many whole frames follow each other from a place on, where the last one ends, and whether
    /// something else follows.
    private func frames(
        of format: TrackFormat, from start: Int
    ) -> (count: Int, end: Int, isBroken: Bool) {
        var (count, place) = (0, start)
        while place < octets.count {
            let rest = octets.span.bytes.extracting(place..<octets.count)
            guard rest.byteCount >= format.soundHeaderByteCount else {
                return (count, place, octets[place] != 0xFF)
            }
            guard let byteCount = format.frameByteCount(at: rest), byteCount > 0 else {
                return (count, place, true)
            }
            guard byteCount <= rest.byteCount else { break }
            (count, place) = (count + 1, place + byteCount)
        }
        return (count, place, false)
    }
}

extension TrackFormat {
    /// Octets of the header that a frame of it begins with in a transport stream.
    var soundHeaderByteCount: Int {
        switch self {
        case .aac: 7
        case .mp3: 4
        case .h264, .h265, .vp8, .vp9, .av1, .opus, .g711: 0
        }
    }

    /// Octets of the frame of this track that begins here, by its header; `nil` where none does.
    func frameByteCount(at octets: RawSpan) -> Int? {
        switch self {
        case .aac(let configuration):
            guard let header = try? ADTSHeader(parsing: octets),
                header
                    == ADTSHeader(
                        configuration, payloadByteCount: header.frameByteCount - header.byteCount)
            else { return nil }
            return header.frameByteCount
        case .mp3(let rate):
            guard let header = try? MPEGAudioHeader(parsing: octets), header.sampleRate == rate
            else { return nil }
            return header.frameByteCount
        case .h264, .h265, .vp8, .vp9, .av1, .opus, .g711: return nil
        }
    }
}
