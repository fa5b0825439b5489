import Recording
import RecordingAPI
import Service

/// What the settings say is to be recorded from the start: one source, or a list, or nothing.
struct CameraList {
    /// The source of the command line, whose failure is the process's while nothing has come of it.
    let only: RecordingRequest?
    /// Those of a list: each is tried for ever.
    let cameras: [RecordingRequest]
    /// What the files are, each once: of the list's, or else of what is asked for without a format.
    let formats: [String]
    /// How long the files of some of these are kept, by their names.
    let limits: [String: Retention.Limits]

    init(_ settings: Settings) throws(SettingsComplaint) {
        only = settings["source"].map { source in
            var request = RecordingRequest(settings["name"] ?? "recording", source: source)
            request.bearer = settings["bearer"]
            return request
        }
        if let only {
            do throws(RecordingError) { try Recordings.check(only) } catch {
                throw SettingsComplaint(error.complaint(of: only))
            }
        }
        guard only == nil || settings["cameras"] == nil else {
            throw SettingsComplaint("give --source, or a list of cameras, not both")
        }
        let options = Command.recorder.options
        let entries = try settings.entries(of: "cameras", each: "camera", options, Self.keys)
        cameras = entries.map { entry in
            var request = RecordingRequest(entry["name"] ?? "", source: entry["source"] ?? "")
            request.bearer = entry["bearer"]
            request.verifiesTLS = entry.isSet("verify-tls")
            request.options = entry.recordingOptions(container: "format")
            return request
        }
        let names = (entries.isEmpty ? [settings] : entries).map {
            $0.recordingOptions(container: "format").container.name
        }
        formats = names.enumerated().filter { !names[..<$0].contains($1) }.map(\.element)
        limits = entries.reduce(into: [:]) { limits, entry in
            limits[entry["name"] ?? ""] = Retention.Limits { entry[$0] }
        }
    }

    private static let keys = Settings.EntryKeys(
        required: ["name", "source"],
        inherited: ["bearer", "format", "verify-tls"] + Option.cutting.map(\.name),
        own: ["keep-hours", "keep-megabytes"])  // those of all hold besides
}
