import Ciphers
import SDP
import Wire

/// What the server's answer says of where and with whom to speak.
struct ServerDescription {
    let ufrag: String
    let password: String
    let fingerprints: [Fingerprint]
    let endpoint: Endpoint
    let videoType: UInt8  // the one that was offered, unless the server numbers on its own

    init(parsing text: String) throws(LoadError) {
        guard let description = try? SessionDescription(parsing: text),
            let section = description.media.first(where: { !$0.isRejected }),
            let ufrag = description.value("ice-ufrag", of: section),
            let password = description.value("ice-pwd", of: section)
        else { throw .answer(text) }
        let endpoints = section.values("candidate").compactMap { line -> Endpoint? in
            let fields = line.split(separator: " ")
            guard fields.count > 5, let port = UInt16(fields[5]) else { return nil }
            return Endpoint(host: fields[4], port: port)
        }
        guard let endpoint = endpoints.first(where: \.isLoopback) ?? endpoints.first else {
            throw .answer(text)
        }
        (self.ufrag, self.password, self.endpoint) = (ufrag, password, endpoint)
        videoType =
            description.media.first { $0.kind == "video" }?.formats.first.flatMap { UInt8($0) }
            ?? Profile.videoType
        // Of the section, or of the whole session (RFC 8122 §5).
        fingerprints = [description.value("fingerprint", of: section)]
            .compactMap { $0.flatMap { Fingerprint(attribute: $0) } }
    }
}

/// An offer of a profile's streams, as a browser would make it without its decorations.
struct Offer {
    let ufrag: String
    let password: String
    let fingerprint: Fingerprint
    let profile: Profile
    let publishes: Bool

    var text: String {
        let names = profile.streams.indices.map { " \($0)" }.joined()
        let sections = profile.streams.indices.map(section).joined()
        return """
            v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE\(names)\r
            \(sections)
            """
    }

    private func section(_ index: Int) -> String {
        let stream = profile.streams[index]
        let source = publishes ? "a=ssrc:\(Profile.firstSSRC + UInt32(index)) cname:load\r\n" : ""
        return """
            m=\(stream.isVideo ? "video" : "audio") 9 UDP/TLS/RTP/SAVPF \(stream.payloadType)\r
            c=IN IP4 0.0.0.0\r\na=mid:\(index)\r\na=\(publishes ? "sendonly" : "recvonly")\r
            a=rtcp-mux\r\na=rtcp-rsize\r\na=ice-ufrag:\(ufrag)\r\na=ice-pwd:\(password)\r
            a=fingerprint:\(fingerprint.attribute)\r\na=setup:actpass\r
            \(stream.isVideo ? Self.video : Self.audio)\r\n\(source)
            """
    }

    private static let audio =
        "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1"
    private static let video = """
        a=rtpmap:96 H264/90000\r
        a=fmtp:96 packetization-mode=1;profile-level-id=42e01f\r
        a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli
        """
}
