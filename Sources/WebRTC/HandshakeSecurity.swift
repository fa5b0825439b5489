import Ciphers
import Timing
import Wire

/// How a connection comes by its keys: by a real handshake, or known beforehand.
enum HandshakeSecurity: ~Copyable {
    case dtls(DTLSSession)
    case keyed(SRTPKeyingMaterial)
    /// A handshake long over: only a goodbye can still be said, and heard.
    case settled(DTLSFarewell, Ending)

    /// How far a settled session's end has come.
    enum Ending: Equatable { case open, closing, closed }

    /// What the handshake has come to.
    enum Progress: Equatable {
        case handshaking
        case connected(SRTPKeyingMaterial)
        case settled
        case closed
        case failed(DTLSFailure)
    }

    var progress: Progress {
        switch self {
        case .keyed(let material): .connected(material)
        case .settled(_, let ending): ending == .open ? .settled : .closed
        case .dtls(let session):
            switch session.state {
            case .handshaking: .handshaking
            case .connected(let material): .connected(material)
            case .closed: .closed
            case .failed(let failure): .failed(failure)
            }
        }
    }

    var nextDeadline: Instant? {
        switch self {
        case .keyed: nil
        case .settled: nil
        case .dtls(let session): session.nextDeadline
        }
    }
}

extension HandshakeSecurity {
    mutating func start(at now: Instant) {
        switch consume self {
        case .dtls(var session):
            session.start(at: now)
            self = .dtls(session)
        case .keyed(let material): self = .keyed(material)
        case .settled(let farewell, let ending): self = .settled(farewell, ending)
        }
    }

    mutating func receive(_ datagram: RawSpan, at now: Instant) {
        switch consume self {
        case .dtls(var session):
            session.receive(datagram, at: now)
            self = .dtls(session)
        case .keyed(let material): self = .keyed(material)
        case .settled(let farewell, let ending):
            let isOver = ending == .open && farewell.isClose(datagram)
            self = .settled(farewell, isOver ? .closed : ending)
        }
    }

    mutating func advance(to now: Instant) {
        switch consume self {
        case .dtls(var session):
            session.advance(to: now)
            self = .dtls(session)
        case .keyed(let material): self = .keyed(material)
        case .settled(let farewell, let ending): self = .settled(farewell, ending)
        }
    }

    mutating func nextDatagram() -> [UInt8]? {
        switch consume self {
        case .dtls(var session):
            let datagram = session.nextDatagram()
            self = .dtls(session)
            return datagram
        case .keyed(let material):
            self = .keyed(material)
            return nil
        case .settled(let farewell, .closing):
            let datagram = farewell.closeNotify()
            self = .settled(farewell, .closed)
            return datagram.isEmpty ? nil : datagram
        case .settled(let farewell, let ending):
            self = .settled(farewell, ending)
            return nil
        }
    }

    mutating func close() {
        switch consume self {
        case .dtls(var session):
            session.close()
            self = .dtls(session)
        case .keyed(let material): self = .keyed(material)
        case .settled(let farewell, let ending):
            self = .settled(farewell, ending == .open ? .closing : ending)
        }
    }

    /// Gives back all a handshake needed, once the peer cannot ask for its last flight any more.
    ///
    /// - Returns: Whether that is done.
    mutating func settle() -> Bool {
        switch consume self {
        case .dtls(let session):
            guard let farewell = session.farewell() else {
                self = .dtls(session)
                return false
            }
            self = .settled(farewell, .open)
            return true
        case .keyed(let material):
            self = .keyed(material)
            return true
        case .settled(let farewell, let ending):
            self = .settled(farewell, ending)
            return true
        }
    }
}
