import RTP
import RTSP
import Timing
import Wire

/// The tracks of one playing: packets in, frames on one time line out.
struct CameraTracks {
    private var picture: PictureReceiver?
    private var sound: SoundReceiver?
    private var kinds: [RTSPTrack.Kind] = []
    private var clock = CameraClock(rates: [])
    private var ready: [CameraSession.Event] = []
    private var unwrappers: [TimestampUnwrapper] = []

    /// Nothing.
    init() {}

    init(_ list: [RTSPTrack]) {
        kinds = list.map(\.kind)
        var rates = [90_000]
        for track in list {
            switch track.kind {
            case .video:
                picture = PictureReceiver(
                    PictureEncoding(rawValue: track.encoding) ?? .h264,
                    payloadType: track.format.payloadType, parameters: track.format.parameters)
            case .audio:
                sound = SoundReceiver(track.format)
                rates.append(sound?.audio.clockRate ?? Int(track.format.clockRate))
            }
        }
        clock = CameraClock(rates: rates)
        unwrappers = rates.map { _ in TimestampUnwrapper() }
        for track in list {
            guard let timestamp = track.timestamp else { continue }
            let index = track.kind == .video ? 0 : 1
            clock.setOrigin(unwrappers[index].unwrap(timestamp), track: index)
        }
    }

    mutating func receive(_ packet: RawSpan, track: Int, isRTCP: Bool, at now: Instant) {
        guard kinds.indices.contains(track) else { return }
        let index = kinds[track] == .video ? 0 : 1
        if isRTCP { return receiveReport(packet, index, at: now) }
        if index == 0 { receivePicture(packet, at: now) } else { receiveSound(packet, at: now) }
    }

    /// What has come, and what was lost.
    var statistics: SourceStatistics { SourceStatistics(picture, sound, clock) }

    /// Nanoseconds since 1970 at media time zero, by the camera's reports.
    var senderWallClock: Int64? { clock.senderWallClock }

    mutating func next() -> CameraSession.Event? { ready.isEmpty ? nil : ready.removeFirst() }

    private mutating func receivePicture(_ packet: RawSpan, at now: Instant) {
        picture?.receive(packet, at: now)
        while let unit = picture?.next() {
            _ = unwrappers[0].unwrap(UInt32(truncatingIfNeeded: unit.timestamp))
            let time = clock.time(of: wire(unit.timestamp, 0), track: 0, arrival: unit.arrival)
            ready.append(.picture(unit, time: time))
        }
    }

    private mutating func receiveSound(_ packet: RawSpan, at now: Instant) {
        sound?.receive(packet, at: now)
        while let frame = sound?.next() { append(frame) }
    }

    private mutating func append(_ frame: AudioFrame) {
        let time = clock.time(of: wire(frame.timestamp, 1), track: 1, arrival: frame.arrival)
        ready.append(.sound(frame, time: time))
    }

    private mutating func receiveReport(_ compound: RawSpan, _ index: Int, at now: Instant) {
        var packets = RTCPReader(compound)
        while let packet = packets.next() {
            guard case .senderReport(let report) = packet else { continue }
            clock.reportArrived(
                report.ntp, timestamp: unwrappers[index].locate(report.rtpTimestamp), track: index,
                at: now)
        }
    }

    /// One number line for a track's packets, its reports and `RTP-Info`.
    private mutating func wire(_ timestamp: Int64, _ index: Int) -> Int64 {
        guard unwrappers.indices.contains(index) else { return timestamp }
        return unwrappers[index].unwrap(UInt32(truncatingIfNeeded: timestamp))
    }
}
