import Muxer
import RTP
import RTSP
import SDP
import Timing
import Wire

@testable import Recording

/// A camera that is recorded, by hand and in virtual time: what it describes, and the packets of its tracks.
final class RecordedCamera {
    private(set) var now = Instant(nanoseconds: 1_000_000_000_000)
    /// What has been heard: `began`, `left out …`, `interrupted …`.
    private(set) var told: [String] = []
    private(set) var statistics = RecordingStatistics()

    private var recorder: CameraRecorder
    private var server: RTSPServer

    /// A camera whose session stands, where its description is of use.
    init(_ media: String, container: Container = .mpegts) throws {
        let text = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=camera\nt=0 0\n" + media
        let mount = RTSPMount(path: "/live", description: try SessionDescription(parsing: text))
        let server = RTSPServer(RTSPServerConfiguration(mounts: [mount], seed: [1]))
        let recorder = CameraRecorder(
            try Recordings.camera("rtsp://camera/live"),
            options: RecordingOptions(container: container),
            clock: ClockMap(instant: Instant(nanoseconds: 0), unixNanoseconds: 0))
        self.server = server
        self.recorder = recorder
        self.recorder.streamOpened(at: now)
        exchange()
    }

    /// Sends packets, all at one time.
    func send(_ batch: borrowing PacketBatch, track: Int = 0) {
        for index in 0..<batch.count { _ = server.send(batch.packet(at: index), track: track) }
        exchange()
    }

    func advance(by interval: Interval) {
        now = now + interval
        recorder.advance(to: now)
        exchange()
    }

    func close() {
        recorder.close(at: now)
        exchange()
    }

    private func exchange() {
        var isMoving = true
        while isMoving {
            isMoving = false
            while let octets = recorder.nextStreamOutput() {
                server.receive(octets.span.bytes, at: now)
                while server.nextEvent() != nil {}
                isMoving = true
            }
            while let octets = server.nextOutput() {
                recorder.receiveStream(octets.span.bytes, at: now)
                isMoving = true
            }
        }
        while let event = recorder.nextEvent() { take(event) }
    }

    private func take(_ event: RecordingEvent) {
        switch event {
        case .connected: told.append("connected")
        case .began: told.append("began")
        case .finished(let found):
            told.append("finished")
            statistics = found
        case .data(_, let found), .counted(let found): statistics = found
        case .stalled(let isStalled): told.append(isStalled ? "stalled" : "flows")
        case .leftOut(let names): told.append("left out \(names.joined(separator: ", "))")
        case .interrupted(let reason, _, _): told.append("interrupted: \(reason)")
        case .note(let text): told.append(text)
        }
    }
}
