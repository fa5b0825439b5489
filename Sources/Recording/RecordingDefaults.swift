/// What recordings are begun with that a start does not say otherwise of.
public struct RecordingDefaults: Sendable {
    /// The token for WHEP sources of one server.
    public var bearer: OriginToken?
    /// Whether an `rtsps` camera must prove its name by a certificate that this system trusts: few can.
    public var verifiesTLS = false
    /// How they are cut into files.
    public var options: RecordingOptions

    /// No token, any certificate, and these options.
    public init(options: RecordingOptions = RecordingOptions(), bearer: OriginToken? = nil) {
        (self.options, self.bearer) = (options, bearer)
    }
}
