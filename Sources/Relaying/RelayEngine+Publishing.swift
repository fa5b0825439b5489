import Ciphers
import Pacer
import RTP
import Reactor
import Timing
public import WebRTC
import Wire

// The server's side: the session that is handed in, what departs over it, and what it tells.

extension RelayEngine {
    /// Sends to a server from now on, in place of any session before; that one is heard of no more.
    public mutating func publish(_ session: consuming PublishingSession) {
        publishing = consume session
        isAwaitingKeyframe = true
        events.removeAll(where: \.isOfServer)
    }

    /// Begins a session with a server that has answered.
    ///
    /// - Parameters:
    ///   - accepted: What it answered.
    ///   - offer: To what.
    ///   - context: Holds the certificate that the offer named.
    ///   - patience: How long it may be silent, once that is noticed, before the session ends.
    ///   - now: When the session begins.
    mutating func publish(
        _ accepted: Offer.Accepted, of offer: RelayOffer, context: DTLSContext,
        patience: Interval, at now: Instant
    ) {
        do throws(CipherError) {
            let connection = try ClientConnection(
                accepted, local: offer.local.ice, context: context,
                seed: randomBytes(count: 32), patience: patience, at: now)
            let sections = accepted.negotiated.sections
            let first = randomBytes(count: 2).reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
            let senders = sections.map { section in
                RTPSender(section.senderParameters(of: offer.tracks), sequenceNumber: first)
            }
            publish(
                PublishingSession(
                    connection, sections: sections, senders: senders, clock: .now(),
                    cname: offer.tracks[0].streamID))
        } catch {
            // There is no session, for a reason of ours.
            events.append(.unsuitable(reason: "\(error)"))
        }
    }

    var isConnected: Bool {
        switch publishing {
        case .some(let session): session.isConnected
        case nil: false
        }
    }

    var publishingDeadline: Instant? {
        switch publishing {
        case .some(let session): session.nextDeadline
        case nil: nil
        }
    }

    mutating func takePublishingEvents() {
        while let event = publishing?.nextEvent() {
            switch event {
            case .connected: events.append(.connected)
            case .keyframeWanted: continue  // a camera over RTSP cannot be asked
            case .silent(let isSilent): events.append(.silent(isSilent))
            case .closed(let reason): events.append(.unpublished(reason))
            }
        }
    }

    /// Sends what the pacer lets go.
    mutating func depart(_ departure: Departure, at now: Instant) {
        guard let entry = store.take(departure.packet.payload) else { return }
        guard departure.dropReason == nil else { return }
        let packet = departure.packet
        publishing?.send(
            entry.payload, track: packet.track == pictureTrack ? 0 : 1,
            timestamp: packet.timestamp,
            marker: packet.track == pictureTrack && packet.isFrameEnd, at: entry.captured)
    }
}
