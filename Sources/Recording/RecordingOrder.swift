import Timing

/// What is to be recorded, how and into what: all that a source needs to begin, and to begin again.
struct RecordingOrder: Sendable {
    /// Takes what the source's engine hands out.
    let recording: RunningRecording
    /// What was asked for; token and proof are as usual here where nothing was said.
    let request: RecordingRequest
    /// How it is cut into files.
    let options: RecordingOptions
    /// The wall clock as it was when the recording was asked for. Its engines go by this one until
    /// they are told another, and so do its files' names.
    let clock: ClockMap

    /// What it is called.
    var name: String { recording.name }
    /// Where it comes from, as it was asked for.
    var source: String { request.source }
}
