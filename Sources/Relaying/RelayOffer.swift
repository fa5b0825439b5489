import Ciphers
import RTP
import SDP
import WHIP
import WebRTC
import Wire

/// What a relay offers a server: its tracks, under SSRCs and credentials of this session alone.
struct RelayOffer: Sendable {
    let tracks: [OutgoingTrack]
    let local: LocalDescription
    private let offer: Offer

    init(_ format: RelayFormat, certificate: Fingerprint) {
        var random = SeededRandom(seed: randomBytes(count: 32))
        local = LocalDescription(
            ice: ICECredentials(using: &random), fingerprint: certificate.attribute,
            candidates: [], sessionID: random.next() >> 2)
        tracks = [OutgoingTrack](format, using: &random)
        offer = Offer(sending: tracks, local: local)
    }

    /// What to send to the server.
    var text: String { offer.description.description }

    /// How the session is known.
    var session: RelaySession {
        RelaySession(id: "\(local.sessionID)", trackName: tracks.first?.trackID ?? "")
    }

    /// Reads the server's answer; one without the picture is of no use.
    func accept(_ answer: String) throws(WHIPError) -> Offer.Accepted {
        let accepted: Offer.Accepted
        do throws(AnswerError) {
            accepted = try offer.accept(try SessionDescription(answering: answer))
        } catch { throw .unusableAnswer(error.description) }
        guard accepted.negotiated.sections.contains(where: { $0.track == 0 }) else {
            throw .unusableAnswer("the server takes no H.264 of this profile")
        }
        return accepted
    }
}

extension SessionDescription {
    fileprivate init(answering text: String) throws(AnswerError) {
        do throws(ParseError) { try self.init(parsing: text) } catch { throw .malformed(error) }
    }
}

extension [OutgoingTrack] {
    /// The picture first, then the sound if there is any: as the engine numbers them.
    fileprivate init(_ format: RelayFormat, using random: inout SeededRandom) {
        let picture = NegotiatedCodec(
            codec: .h264, payloadType: 96, retransmissionPayloadType: 97,
            parameters: FormatParameters(
                "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
                    + format.profileLevelID), feedback: .init(nack: true, pictureLoss: true))
        let sound = NegotiatedCodec(
            codec: .opus, payloadType: 111,
            parameters: FormatParameters("minptime=10;useinbandfec=1"))
        let stream = random.identifier()
        self = (format.hasSound ? [picture, sound] : [picture]).map { codec in
            OutgoingTrack(
                codec: codec, ssrc: UInt32(truncatingIfNeeded: random.next()) | 1,
                retransmissionSSRC: UInt32(truncatingIfNeeded: random.next()) & ~1,
                streamID: stream, trackID: random.identifier())
        }
    }
}
