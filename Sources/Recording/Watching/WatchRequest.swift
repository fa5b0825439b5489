import Ciphers
import Codecs
import Fetch
import Reactor
import SDP
import Timing
import WHIP
import WebRTC
import Wire

/// A WHEP server asked for what goes on in its room: one offer of all that can be recorded, and one
/// answer.
struct WatchRequest: Sendable {
    /// What the server keeps for it, to be let go of whatever came of it.
    private(set) var session: WHIPSession
    private let context: DTLSContext
    private let local: LocalDescription
    private let offer: Offer
    private let ssrc: UInt32
    private let cname: String

    /// A request that has not been sent.
    init(_ endpoint: String, bearer: String?) throws(RecordingError) {
        do { context = try DTLSContext(certificate: Certificate()) } catch {
            throw .system(error.description)
        }
        var random = SeededRandom(seed: randomBytes(count: 32))
        local = LocalDescription(
            ice: ICECredentials(using: &random),
            fingerprint: context.certificate.fingerprint.attribute, candidates: [],
            sessionID: random.next() >> 2)
        var offer = Offer(receiving: [Self.sound, Self.pictures], local: local)
        offer.askForTrueTimes()
        self.offer = offer
        session = WHIPSession(
            endpoint: endpoint, bearer: bearer, offer: offer.description.description)
        (ssrc, cname) = (UInt32(truncatingIfNeeded: random.next()) | 1, random.identifier())
    }

    /// Sends it, and reads the answer.
    mutating func negotiate() async throws(RecordingError) -> Offer.Accepted {
        let answer = try await answer()
        do throws(AnswerError) {
            return try offer.accept(try SessionDescription(answering: answer))
        } catch {
            throw .answer(error)
        }
    }

    private mutating func answer() async throws(RecordingError) -> String {
        var step = session.start()
        while true {
            switch step {
            case .answered(let answer): return answer
            case .failed(let error): throw .endpoint(error)
            case .call(let call):
                do throws(FetchError) {
                    step = session.receive(.success(try await Fetcher().send(call)))
                } catch {
                    step = session.receive(.failure(error))
                }
            }
        }
    }

    /// The engine that records what was agreed on; to be made on its loop.
    func makeRecorder(
        _ accepted: Offer.Accepted, options: RecordingOptions, clock: ClockMap
    ) throws -> WatchRecorder {
        let connection = try ClientConnection(
            accepted, local: local.ice, context: context, seed: randomBytes(count: 32),
            patience: Self.patience, at: .now())
        let sections = accepted.negotiated.sections
        return WatchRecorder(
            WatchingSession(connection, sections: sections, cname: cname, ssrc: ssrc),
            sections: sections, options: options, clock: clock)
    }

    /// How long a silent server may take to come back before another session is asked for.
    private static let patience = Interval.milliseconds(1500)
    private static let sound = [NegotiatedCodec(codec: .opus, payloadType: 111)]
    /// H.264 first: every container here holds it but WebM.
    private static let pictures =
        ["42e01f", "4d001f", "640028"].enumerated().map { index, profile in
            picture(
                .h264, UInt8(96 + 2 * index),
                "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=\(profile)")
        } + [picture(.vp8, 102), picture(.vp9, 104), picture(.av1, 106)]

    private static func picture(
        _ codec: Codec, _ payloadType: UInt8, _ parameters: String = ""
    ) -> NegotiatedCodec {
        NegotiatedCodec(
            codec: codec, payloadType: payloadType,
            retransmissionPayloadType: payloadType + 1,
            parameters: FormatParameters(parameters),
            feedback: .init(nack: true, pictureLoss: true))
    }
}

extension SessionDescription {
    fileprivate init(answering text: String) throws(AnswerError) {
        do throws(ParseError) { try self.init(parsing: text) } catch { throw .malformed(error) }
    }
}
