import Codecs
import Timing
import Wire

/// A track as the transport stream's writer keeps it.
struct TransportTrack {
    /// How the track's samples are written: what of its format each of them asks for.
    enum Writing {
        case video(framing: NALUnitFraming, isH265: Bool)
        case audio
    }

    let format: TrackFormat
    let writing: Writing
    let pid: UInt16
    let streamID: UInt8
    var counter: UInt8 = 0
    var lastDecodeTime: Interval?

    /// How long the last sample lasted, as far as the next one told.
    var step = Interval.zero

    /// Video only.
    var parameterSets: ParameterSets
    /// Audio only.
    var gathered: GatheredAudio

    init(_ format: TrackFormat, index: Int) throws(MuxerError) {
        guard Self.isSupported(format) else { throw .unsupportedFormat(track: index) }
        self.format = format
        switch format {
        case .h264(_, let framing): writing = .video(framing: framing, isH265: false)
        case .h265(_, let framing): writing = .video(framing: framing, isH265: true)
        case .vp8, .vp9, .av1, .aac, .opus, .mp3, .g711: writing = .audio
        }
        gathered = GatheredAudio(format)
        pid = Self.firstPID + UInt16(index)
        switch format {
        case .h264(let sets, _):
            parameterSets = ParameterSets(sets, isH265: false)
            streamID = 0xE0 + UInt8(index)
        case .h265(let sets, _):
            parameterSets = ParameterSets(sets, isH265: true)
            streamID = 0xE0 + UInt8(index)
        case .aac, .mp3:
            parameterSets = ParameterSets([], isH265: false)
            streamID = 0xC0 + UInt8(index)
        case .opus, .vp8, .vp9, .av1, .g711:
            parameterSets = ParameterSets([], isH265: false)
            streamID = 0xBD
        }
    }

    /// Takes a frame of sound.
    ///
    /// - Returns: Whether what has been gathered is to be written: with the next frame it would last longer
    ///   than `span`, or it is too large.
    mutating func gather(
        _ payload: RawSpan, at time: Interval, lasting duration: Interval, upTo span: Interval
    ) -> Bool {
        gathered.append(payload, at: time, lasting: duration)
        step = duration
        return gathered.spanWithNext > span || gathered.isLarge
    }

    /// Gives a sample a decode time behind the last one's, and a presentation not before that. Time that goes
    /// back by a jump stays.
    ///
    /// - Returns: How many of its times were wrong.
    mutating func settle(
        _ sample: inout Sample, _ configuration: TransportStreamConfiguration
    ) -> Int {
        var corrections = 0
        if sample.presentationTime < sample.decodeTime { corrections += 1 }
        if let lastDecodeTime {
            let passed = sample.decodeTime - lastDecodeTime
            if passed <= .zero, passed > .zero - configuration.jump {
                sample.decodeTime = lastDecodeTime + Self.tick
                corrections += 1
            }
            step = min(max(passed, .zero), configuration.referenceInterval)
        }
        sample.presentationTime = max(sample.presentationTime, sample.decodeTime)
        lastDecodeTime = sample.decodeTime
        return corrections
    }

    /// The smallest step of a stamp, rounded up.
    static let tick = Interval(nanoseconds: 11_112)

    /// As the program map lists it.
    var stream: ProgramMap.Stream {
        switch format {
        case .h264: ProgramMap.Stream(type: 0x1B, pid: pid, descriptors: [])
        case .h265:
            ProgramMap.Stream(type: 0x24, pid: pid, descriptors: Self.registration("HEVC"))
        case .aac: ProgramMap.Stream(type: 0x0F, pid: pid, descriptors: [])
        case .mp3(let rate):
            ProgramMap.Stream(type: rate >= 32_000 ? 0x03 : 0x04, pid: pid, descriptors: [])
        case .opus(let channels):
            // The extension descriptor's channel_config_code (ETSI TS 101 154 and the Opus mapping).
            ProgramMap.Stream(
                type: 0x06, pid: pid,
                descriptors: Self.registration("Opus") + [0x7F, 2, 0x80, UInt8(channels)])
        case .vp8, .vp9, .av1, .g711:
            ProgramMap.Stream(type: 0x06, pid: pid, descriptors: [])  // refused before
        }
    }

    private static func registration(_ name: String) -> [UInt8] {
        [5, UInt8(name.utf8.count)] + Array(name.utf8)
    }

    private static func isSupported(_ format: TrackFormat) -> Bool {
        switch format {
        case .h264(_, let framing), .h265(_, let framing):
            switch framing {
            case .startCodes: true
            case .lengths(let octets): (1...4).contains(octets)
            }
        case .aac(let configuration): ADTSHeader(configuration, payloadByteCount: 0) != nil
        case .opus(let channels): (1...8).contains(channels)
        case .mp3(let rate): (8_000...48_000).contains(rate)
        case .vp8, .vp9, .av1, .g711: false
        }
    }

    /// As other muxers number them, so that people recognise what they see.
    static let firstPID: UInt16 = 0x100
}
