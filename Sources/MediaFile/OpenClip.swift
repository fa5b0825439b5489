import CAVFormat
import Codecs
import Wire

/// One round through a file: its streams found, its samples one by one, their times counted from the
/// first picture.
struct OpenClip {
    private(set) var format = ClipFormat()

    private let path: String
    private let demuxer: Demuxer
    private var picture: ClipTrack
    private var sound: ClipTrack?
    private var framing = NALUnitFraming.startCodes
    private var hasFoundADTS = false
    private var base: Int64?  // the first picture's time, in 90 000ths
    private var read: [ClipSample] = []  // looked at while opening
    private var held: [ClipSample] = []  // sound of moments whose picture has not been read
    private var pictureEnd: Int64 = 0
    private var hasEnded = false

    init(path: String) throws(ClipError) {
        let demuxer = try Demuxer(path: path)
        guard let picture = demuxer.pictureTrack else {
            throw .noH264(path: path, found: demuxer.streamNames)
        }
        (self.path, self.demuxer, self.picture) = (path, demuxer, picture)
        format.leftOut = demuxer.select(picture: picture, sound: demuxer.soundTrack)
        learn(picture)
        sound = demuxer.soundTrack
        format.sound = sound.flatMap { Self.sound(of: $0) }
        try lookAhead()
        if format.sound == nil { sound = nil }
    }

    /// The next sample; sound not before the picture of its moment. `nil` at the end.
    mutating func next(keepsSoundAfterPictures: Bool) throws(ClipError) -> ClipSample? {
        while true {
            if let first = held.first, isDue(first) { return held.removeFirst() }
            if hasEnded {
                return keepsSoundAfterPictures && !held.isEmpty ? held.removeFirst() : nil
            }
            guard let sample = read.isEmpty ? try nextRead() : read.removeFirst() else {
                hasEnded = true
                continue
            }
            guard sample.kind == .picture else {
                held.append(sample)
                continue
            }
            let duration = sample.duration > 0 ? sample.duration : 3000
            pictureEnd = max(pictureEnd, sample.timestamp + duration)
            return sample
        }
    }

    private func isDue(_ sound: ClipSample) -> Bool {
        let rate = Int64(max(format.sound?.clockRate ?? 48_000, 1))
        return sound.timestamp &* 90_000 / rate < pictureEnd || held.count > Self.heldLimit
    }

    /// Reads on until the first picture and, where only the frames tell, the sound's format.
    private mutating func lookAhead() throws(ClipError) {
        var waiting: [ClipSample] = []
        var byteCount = 0
        while base == nil || (sound != nil && format.sound == nil) {
            let before = base
            guard waiting.count < Self.lookLimit, byteCount < Self.lookByteLimit,
                let sample = try nextRead()
            else { break }
            byteCount += sample.bytes.count
            if before == nil, let base { subtract(base, from: &waiting) }
            waiting.append(sample)
        }
        guard base != nil else { throw .cutOff(path: path, milliseconds: 0) }
        read = waiting
    }

    /// Sound that came before the first picture, and so before anybody knew where time begins.
    private func subtract(_ base: Int64, from sounds: inout [ClipSample]) {
        for index in sounds.indices { sounds[index].timestamp -= soundTicks(base) }
        sounds.removeAll { $0.timestamp.magnitude >= Self.longest }
    }

    private mutating func nextRead() throws(ClipError) -> ClipSample? {
        while let packet = try demuxer.read() {
            if packet.stream == picture.index {
                if let sample = try readPicture(packet) { return sample }
            } else if let sound, packet.stream == sound.index {
                if let sample = readSound(packet, sound) { return sample }
            }
        }
        return nil
    }

    private mutating func readPicture(_ packet: Demuxer.Packet) throws(ClipError) -> ClipSample? {
        guard let time = packet.time else { throw .noTimestamps(path: path) }
        let (bytes, isKeyframe) = units(of: packet.bytes)
        guard !bytes.isEmpty else { return nil }
        let ticks = picture.rescale(time, to: 90_000)
        let base = base ?? ticks
        // By a time that is damaged all that comes behind it would be late.
        guard ticks.magnitude < Self.latest, (ticks - base).magnitude < Self.longest else {
            return nil
        }
        self.base = base
        let duration = picture.rescale(packet.duration, to: 90_000)
        return ClipSample(
            .picture, timestamp: ticks - base,
            duration: duration < Self.longestPicture ? duration : 0, bytes: bytes,
            isKeyframe: isKeyframe)
    }

    private mutating func readSound(_ packet: Demuxer.Packet, _ track: ClipTrack) -> ClipSample? {
        var bytes = packet.bytes
        if track.codec == .aac, let header = try? ADTSHeader(parsing: bytes.span.bytes),
            format.sound == nil || hasFoundADTS
        {
            if format.sound == nil { learn(header, track) }
            guard bytes.count > header.byteCount else { return nil }
            bytes.removeFirst(header.byteCount)
        }
        guard let sound = format.sound, let time = packet.time,
            let duration = Self.duration(of: bytes, sound)
        else { return nil }
        let ticks = track.rescale(time, to: Int64(sound.clockRate))
        let place = ticks.magnitude < Self.latest ? ticks - soundTicks(base ?? 0) : ticks
        guard place.magnitude < (base == nil ? Self.latest : Self.longest) else { return nil }
        return ClipSample(.sound, timestamp: place, duration: duration, bytes: bytes)
    }

    /// A picture's time by the sound's clock.
    private func soundTicks(_ ticks: Int64) -> Int64 {
        let rate = Int64(format.sound?.clockRate ?? 48_000)
        return ticks / 90_000 * rate + ticks % 90_000 * rate / 90_000
    }
}

// MARK: Formats

extension OpenClip {
    private mutating func learn(_ track: ClipTrack) {
        guard track.configuration.first == 1 else {
            var units = NALUnits(track.configuration.span.bytes, framing: .startCodes)
            while let unit = units.next() { format.parameterSets.learn(unit) }
            return
        }
        guard let record = try? AVCConfiguration(parsing: track.configuration.span.bytes) else {
            return
        }
        (framing, format.parameterSets) = (record.framing, record.parameterSets)
    }

    private mutating func learn(_ header: ADTSHeader, _ track: ClipTrack) {
        let counts = [track.channelCount, 1, 2, 3, 4, 5, 6, 8]
        guard
            let configuration = AudioSpecificConfig(
                sampleRate: header.sampleRate,
                channelCount: counts[Int(header.channelConfiguration & 7)])
        else { return }
        (format.sound, hasFoundADTS) = (.aac(configuration), true)
    }

    /// The units of a sample, each after its length in four octets, and whether one is of an IDR
    /// picture. Empty when what the file holds is no H.264.
    private mutating func units(of sample: [UInt8]) -> (bytes: [UInt8], isKeyframe: Bool) {
        var (bytes, isKeyframe, hasPicture): ([UInt8], Bool, Bool) = ([], false, false)
        bytes.reserveCapacity(sample.count + 16)
        var units = NALUnits(sample.span.bytes, framing: framing)
        while let unit = units.next() {
            let octet = unit.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self)
            let type = H264UnitType(octet: octet)
            if type == .sequenceParameterSet || type == .pictureParameterSet {
                format.parameterSets.learn(unit)
            }
            isKeyframe = isKeyframe || type == .idrSlice
            hasPicture = hasPicture || type.isPicture
            withUnsafeBytes(of: UInt32(unit.byteCount).bigEndian) { bytes += $0 }
            unit.withUnsafeBytes { bytes += $0 }
        }
        return hasPicture && !units.isMalformed ? (bytes, isKeyframe) : ([], false)
    }

    private static func sound(of track: ClipTrack) -> ClipSound? {
        switch track.codec {
        case .aac:
            (try? AudioSpecificConfig(parsing: track.configuration.span.bytes)).map { .aac($0) }
        case .opus: .opus(channelCount: track.channelCount)
        case .pcmu, .pcma:
            (1...192_000).contains(track.sampleRate)
                ? .g711(
                    isALaw: track.codec == .pcma, sampleRate: track.sampleRate,
                    channelCount: track.channelCount) : nil
        case .h264, .other: nil
        }
    }

    /// How long a frame of sound lasts, in ticks of its clock; `nil` when it is none.
    private static func duration(of frame: [UInt8], _ sound: ClipSound) -> Int64? {
        guard !frame.isEmpty else { return nil }
        switch sound {
        case .aac(let configuration): return Int64(configuration.samplesPerFrame)
        case .opus: return (try? OpusTOC(parsing: frame.span.bytes)).map { Int64($0.durationTicks) }
        case .g711(_, _, let channels): return Int64(frame.count / max(1, channels))
        }
    }

    /// A file whose sound lies that far ahead of its pictures is read as it lies.
    private static let heldLimit = 4_096
    private static let lookLimit = 2_000
    private static let lookByteLimit = 16 << 20
    /// The latest time that is believed, in ticks: seconds since 1970 are far below.
    private static let latest: UInt64 = 1 << 53
    /// The longest file, in ticks: a year and a half.
    private static let longest: UInt64 = 1 << 42
    /// How long a picture is shown at most, in ticks: an hour.
    private static let longestPicture: Int64 = 3600 * 90_000
}
