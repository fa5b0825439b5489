import Ciphers
import Codecs
import Fetch
import RTP
import Reactor
import SDP
import Timing
import WHIP
import WebRTC
import Wire

/// Drives a client's session over a socket of its own at 127.0.0.1, on the thread that calls it.
struct ClientDriver<Session: Engine & ~Copyable>: ~Copyable {
    var session: Session
    /// What it told, packets among it.
    var events: [Session.Event] = []
    /// How many of a hundred media packets are dropped, either way; reports and checks go through.
    var lossPercent: UInt64 = 0
    private var socket: UDPSocket
    private var arena = SendArena()
    private var random = SeededRandom(seed: [5])

    init(_ session: consuming Session, over socket: consuming UDPSocket) {
        self.session = session
        self.socket = socket
    }

    /// Runs until `isEnough`, or `seconds` are over.
    mutating func run(
        seconds: Int64, until isEnough: (borrowing ClientDriver) -> Bool = { _ in false }
    ) throws {
        let end = Instant.now() + .seconds(seconds)
        while Instant.now() < end, !isEnough(self) { try turn() }
    }

    /// Sends what is due, and waits a few milliseconds for the server at most.
    mutating func turn() throws {
        session.advance(to: .now())
        flush()
        if try socket.waitUntilReadable(atMost: .milliseconds(4)) {
            var datagrams: [(bytes: [UInt8], source: Endpoint)] = []
            _ = try socket.receiveBatch { bytes, source in
                datagrams.append((bytes.withUnsafeBytes { Array($0) }, source))
            }
            for (bytes, source) in datagrams where survives(bytes.span.bytes) {
                session.receive(bytes.span.bytes, from: source, at: .now())
            }
        }
        flush()
        while let event = session.nextEvent() { events.append(event) }
    }

    private mutating func flush() {
        repeat {
            arena.removeAll()
            while let run = session.nextTransmit(into: &arena) {
                let bytes = UnsafeRawBufferPointer(
                    start: arena.base + run.offset, count: run.byteCount)
                if survives(bytes.bytes) { socket.enqueue(run, from: arena) }
            }
            socket.flush()
        } while !arena.isEmpty
    }

    private mutating func survives(_ datagram: RawSpan) -> Bool {
        guard lossPercent > 0, PacketKind(datagram) == .rtp else { return true }
        return random.next() % 100 >= lossPercent
    }
}

/// Who a client of a test is: a certificate, credentials, and the socket's address.
struct ClientIdentity {
    let context: DTLSContext
    let local: LocalDescription

    init(_ address: Endpoint) throws {
        context = try DTLSContext(certificate: Certificate())
        local = LocalDescription(
            ice: ICECredentials(ufrag: "tester", password: "testertestertestertester"),
            fingerprint: context.certificate.fingerprint.attribute, candidates: [address],
            sessionID: 1)
    }

    static let opus = NegotiatedCodec(codec: .opus, payloadType: 111)
    static func h264(_ payloadType: UInt8 = 96) -> NegotiatedCodec {
        NegotiatedCodec(
            codec: .h264, payloadType: payloadType, retransmissionPayloadType: payloadType + 1,
            parameters: FormatParameters(
                "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
            feedback: .init(nack: true, pictureLoss: true))
    }
}

/// A WHIP or WHEP session, its calls carried out on the thread that asks.
struct EndpointCalls {
    private(set) var whip: WHIPSession
    private let fetcher = Fetcher(timeout: .seconds(20))

    init(_ endpoint: String, bearer: String?, offer: Offer) {
        whip = WHIPSession(
            endpoint: endpoint, bearer: bearer, offer: offer.description.description)
    }

    /// Asks until there is an answer.
    mutating func open() throws -> SessionDescription {
        var step = whip.start()
        while true {
            switch step {
            case .call(let call):
                step = whip.receive(
                    Result { () throws(FetchError) in
                        try fetcher.perform(call)
                    })
            case .answered(let answer): return try SessionDescription(parsing: answer)
            case .failed(let error): throw error
            }
        }
    }

    /// Ends the session at the endpoint; the status that it answered.
    func end() throws -> Int? { try whip.end().map { try fetcher.perform($0).status } }
}
