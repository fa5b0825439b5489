import Camera
import Muxer
import RTP
import RTSP
public import SDP
public import Wire

/// What an SDP says of a session that is simply sent here, without anybody being asked: RTP over
/// UDP, as `ffmpeg -f rtp` and GStreamer's `udpsink` send it.
public struct PlainSession: Hashable, Sendable {
    /// One track of it.
    public struct Track: Hashable, Sendable {
        /// Picture or sound.
        public var isPicture: Bool
        /// The payload type, the clock and the parameters.
        public var format: PayloadFormat
    }

    /// At most one of pictures and one of sound, pictures first.
    public private(set) var tracks: [Track] = []
    /// The encodings of its sound, in upper case, where it has some and none of it can be recorded: it
    /// is not known here, or no container holds it beside the pictures.
    public private(set) var unrecordedSound: [String] = []
    /// Where to listen, RTP and RTCP alike.
    public private(set) var sockets: [Endpoint] = []
    /// The tracks of each socket, by their places in `tracks`.
    public private(set) var tracksOfSocket: [[Int]] = []

    /// Reads a description.
    ///
    /// - Parameters:
    ///   - body: The description; what people leave out by hand may be missing.
    ///   - address: Where to listen instead of where it says: its first track on this port, the next
    ///     two ports on, as `a=rtcp` and `a=rtcp-mux` have it.
    public init(parsing body: [UInt8], at address: Endpoint? = nil) throws(RecordingError) {
        let description: SessionDescription
        do { description = try SessionDescription(lenient: body) } catch {
            throw .sessionDescription("\(error)")
        }
        let choices = try Self.choices(in: description)
        if !choices.contains(where: { $0.kind == .audio && CameraAudio($0.format) != nil }) {
            unrecordedSound = TrackSelection.offered(.audio, in: description)
        }
        for (index, choice) in choices.enumerated() {
            let section = description.media[choice.mediaIndex]
            var place: Endpoint
            if let address {
                place = address
            } else {
                place = try Self.address(of: section, in: description)
            }
            place.port = try Self.port(place.port, of: section, isOverridden: address != nil, index)
            tracks.append(Track(isPicture: choice.kind == .video, format: choice.format))
            listen(on: place, for: index)
            if section["rtcp-mux"] == nil {
                let port = address == nil ? section["rtcp"]?.split(separator: " ").first : nil
                place.port = port.flatMap { UInt16($0) } ?? place.port &+ 1
                listen(on: place, for: index)
            }
        }
    }

    /// The pictures that are preferred, and of the sound what a container holds beside them.
    private static func choices(
        in description: SessionDescription
    ) throws(RecordingError) -> [TrackSelection.Choice] {
        var selection = TrackSelection(video: PictureEncoding.allCases.map(\.rawValue))
        selection.required = []
        while true {
            let choices: [TrackSelection.Choice]
            do { choices = try selection.choices(in: description) } catch {
                throw .sessionDescription(error.description)
            }
            let formats = choices.compactMap { TrackFormat($0.format) }
            guard let sound = choices.last, sound.kind == .audio,
                Container.mp4.nearest(for: formats) == nil
            else { return choices }
            selection.audio.removeAll { $0 == sound.format.encodingName.uppercased() }
        }
    }

    /// Where its first track is sent, for people.
    var listeningPlace: String { sockets.first.map { "\($0)" } ?? "nowhere" }

    private mutating func listen(on place: Endpoint, for track: Int) {
        guard let index = sockets.firstIndex(of: place) else {
            sockets.append(place)
            return tracksOfSocket.append([track])
        }
        if !tracksOfSocket[index].contains(track) { tracksOfSocket[index].append(track) }
    }

    private static func port(
        _ given: UInt16, of section: MediaSection, isOverridden: Bool, _ index: Int
    ) throws(RecordingError) -> UInt16 {
        let port = isOverridden ? Int(given) + 2 * index : section.port
        guard (1..<Int(UInt16.max)).contains(port) else {
            throw .sessionDescription("\(section.kind) has no port")
        }
        return UInt16(port)
    }

    /// What `c=` says, of the section or else of the session (RFC 8866 §5.7); loopback without one.
    private static func address(
        of section: MediaSection, in description: SessionDescription
    ) throws(RecordingError) -> Endpoint {
        let lines = section.otherLines + description.otherLines
        let words = lines.first { $0.hasPrefix("c=") }?.dropFirst(2).split(separator: " ")
        guard let words, let text = words.last?.split(separator: "/").first else {
            return Endpoint(ipv4: 0x7F00_0001, port: 0)
        }
        guard let address = Endpoint(host: text, port: 0) else {
            throw .sessionDescription("c= has a name where an address is wanted: \(text)")
        }
        guard !address.isMulticast else {
            throw .sessionDescription("\(text) is a multicast address, which is not listened to")
        }
        return address
    }
}

extension Endpoint {
    /// 224.0.0.0/4 and ff00::/8.
    fileprivate var isMulticast: Bool {
        ipv4.map { $0 >> 28 == 0xE } ?? (high >> 56 == 0xFF)
    }
}
