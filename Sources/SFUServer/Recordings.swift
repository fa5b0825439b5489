import Muxer
import Reactor
import Recording
import RecordingAPI
import Service
import Signalling
import Sluice
import Timing

/// The recordings of the server's rooms that `--recordings` asks for; `nil` without it.
func openRecordings(
    _ settings: Settings, _ command: Command, _ log: Log, of server: MediaServer
) async -> Recordings? {
    guard let folder = settings["recordings"], let place = server.observerPlace else { return nil }
    let feed = RoomFeed(
        place: place, observe: server.observe(room:), stopObserving: server.stopObserving(room:),
        endings: { server.endings })
    do throws(RecordingError) {
        let recordings = try Recordings(
            folder: folder,
            defaults: RecordingDefaults(
                options: settings.recordingOptions(container: "recording-format")),
            disk: settings.diskOptions, rooms: feed,
            clock: { ClockMap.now().unixNanoseconds(at: .now()) }
        ) { name, report in log(report.level, report.message, ["recording": name]) }
        await recordings.reportNews { name, news in
            log(.info, news.description, ["recording": name])
        }
        return recordings
    } catch {
        await server.stop()
        command.fail(error.description, .unavailable)
    }
}

extension RecordingRoutes {
    /// What `recorder` answers, of the rooms here; whose pages may call is the server's business.
    init(_ recordings: Recordings) {
        let endpoints = RecordingEndpoints(recordings, checksOrigin: false, page: "/recordings")
        self.init(
            respond: { await endpoints.respond(to: $0) }, metrics: { await endpoints.metrics() },
            isPage: { endpoints.isPage($0) }, recordingRead: { endpoints.recording(readBy: $0) },
            fileRead: { await endpoints.recording(ofFileReadBy: $0) })
    }
}
