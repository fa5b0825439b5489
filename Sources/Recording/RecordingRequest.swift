/// A recording that somebody asks for: of what, under which name, and what is not to be as usual here.
public struct RecordingRequest: Sendable {
    /// What the recording is called.
    public var name: String
    /// Where it comes from.
    public var source: String
    /// The container's name; an unknown one is told, and MPEG-TS written. `nil` for the one of `options`.
    public var format: String?
    /// The room that it is a recording of, where it may be recorded once at a time.
    public var room: String?
    /// Whom of a room of this process; `nil` for the first who sends.
    public var peer: String?
    /// The token for a WHEP source, without `Bearer`; never told or written to a disk. `nil` for the one that
    /// this process has for the source's server, if it has one.
    public var bearer: String?
    /// Whether an `rtsps` camera must prove its name; `nil` for as usual here.
    public var verifiesTLS: Bool?
    /// How it is cut into files; `nil` for as usual here.
    public var options: RecordingOptions?

    /// Whether what cannot begin yet, because a file cannot be read or the kernel refuses something, is tried
    /// until it is stopped.
    public var isPatient = false

    /// The source as an error may name it: of a URL nothing that may be a secret.
    public var toldSource: String { RecordingSource.told(source) }

    /// A recording under that name from there, as usual here.
    public init(_ name: String, source: String) { (self.name, self.source) = (name, source) }
}
