import Wire

/// What `fmtp` says of MPEG-4 audio in RTP (RFC 3640 §4.1): the decoder's configuration, and how wide
/// the fields before each access unit are.
public struct MPEG4GenericParameters: Hashable, Sendable {
    /// What the decoder must know.
    public var configuration: AudioSpecificConfig
    /// Bits of `AU-size`.
    public var sizeLength = 13
    /// Bits of the first `AU-Index`.
    public var indexLength = 3
    /// Bits of each later `AU-Index-delta`.
    public var indexDeltaLength = 3
    /// Bits of `CTS-delta`, behind a flag; 0 for neither.
    public var compositionDeltaLength = 0
    /// Bits of `DTS-delta`, behind a flag; 0 for neither.
    public var decodingDeltaLength = 0
    /// Whether each header has a random access flag.
    public var hasRandomAccessFlag = false
    /// Bits of `Stream-state`.
    public var streamStateLength = 0
    /// Bits of the length of the auxiliary section, which is stepped over; 0 for no such section.
    public var auxiliaryLength = 0

    /// AAC-hbr (§3.3.6), what nearly every camera sends.
    public init(configuration: AudioSpecificConfig) { self.configuration = configuration }

    /// Reads the parameters as they follow the payload type: `mode=AAC-hbr;config=1190;…`.
    ///
    /// - Parameters:
    ///   - parameters: The line's text.
    ///   - clockRate: The rate of `rtpmap`, taken where `config` is missing, as some cameras leave
    ///     it out.
    ///   - channelCount: The channels of `rtpmap`, likewise.
    /// - Returns: `nil` when the decoder cannot be configured or a width makes no sense.
    public init?(_ parameters: some StringProtocol, clockRate: Int, channelCount: Int) {
        var pairs: [String: String] = [:]
        for pair in formatParameters(parameters) { pairs[pair.name] = pair.value }
        let octets = pairs["config"].flatMap { decodeHexadecimal($0) } ?? []
        let parsed = try? AudioSpecificConfig(parsing: octets.span.bytes)
        guard
            let configuration = parsed
                ?? AudioSpecificConfig(sampleRate: clockRate, channelCount: channelCount)
        else { return nil }
        self.configuration = configuration
        if pairs["mode"]?.lowercased() == "aac-lbr" {  // §3.3.5
            (sizeLength, indexLength, indexDeltaLength) = (6, 2, 2)
        }
        let widths: [(String, WritableKeyPath<Self, Int>)] = [
            ("sizelength", \.sizeLength), ("indexlength", \.indexLength),
            ("indexdeltalength", \.indexDeltaLength),
            ("ctsdeltalength", \.compositionDeltaLength),
            ("dtsdeltalength", \.decodingDeltaLength),
            ("streamstateindication", \.streamStateLength),
            ("auxiliarydatasizelength", \.auxiliaryLength),
        ]
        for (name, width) in widths {
            guard let text = pairs[name] else { continue }
            guard let bits = Int(text), (0...32).contains(bits) else { return nil }
            self[keyPath: width] = bits
        }
        hasRandomAccessFlag = pairs["randomaccessindication"] == "1"
        if sizeLength == 0 { return nil }  // units of constant size: no AAC mode
    }

    /// Bits of the first header, and of each later one where `isFirst` is `false`, as far as they
    /// are fixed.
    public func headerBitCount(isFirst: Bool) -> Int {
        sizeLength + (isFirst ? indexLength : indexDeltaLength)
    }
}
