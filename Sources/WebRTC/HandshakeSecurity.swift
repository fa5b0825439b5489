import Ciphers
import Timing
import Wire

/// How a connection comes by its keys: by a real handshake, or known beforehand.
enum HandshakeSecurity: ~Copyable {
    case dtls(DTLSSession)
    case keyed(SRTPKeyingMaterial)

    /// What the handshake has come to.
    enum Progress: Equatable {
        case handshaking
        case connected(SRTPKeyingMaterial)
        case closed
        case failed(DTLSFailure)
    }

    var progress: Progress {
        switch self {
        case .keyed(let material): .connected(material)
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
        case .keyed(let material):
            self = .keyed(material)
        }
    }

    mutating func receive(_ datagram: RawSpan, at now: Instant) {
        switch consume self {
        case .dtls(var session):
            session.receive(datagram, at: now)
            self = .dtls(session)
        case .keyed(let material):
            self = .keyed(material)
        }
    }

    mutating func advance(to now: Instant) {
        switch consume self {
        case .dtls(var session):
            session.advance(to: now)
            self = .dtls(session)
        case .keyed(let material):
            self = .keyed(material)
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
        }
    }

    mutating func close() {
        switch consume self {
        case .dtls(var session):
            session.close()
            self = .dtls(session)
        case .keyed(let material):
            self = .keyed(material)
        }
    }
}
