import RTSP
import Testing
import Timing

@Suite struct HeaderValueTests {
    @Test(arguments: [
        "RTP/AVP/TCP;unicast;interleaved=0-1",
        "RTP/AVP;multicast;client_port=3456-3457;mode=\"PLAY\";ttl=127",
        "RTP/AVP;unicast;client_port=4588-4589;server_port=6256-6257;ssrc=0000A1F3",
        "RTP/AVP/TCP;unicast;interleaved=4",
    ]) func `a transport prints as it was read`(text: String) throws {
        #expect(try #require(TransportHeader(parsing: text)).description == text)
    }

    @Test func `a transport's oddities are taken, its nonsense left out`() throws {
        let transport = try #require(
            TransportHeader(
                parsing:
                    " rtp/avp/tcp ; unicast ;Interleaved = 2 - 3 ;ssrc= 1F 3;server_port=0-99999;;x"
            ))
        #expect(transport.isTCP)
        #expect(transport.interleaved == .init(rtp: 2, rtcp: 3))
        #expect(transport.ssrc == 0x1F3)
        #expect(transport.serverPorts == .init(rtp: 0, rtcp: nil))
        #expect(transport.others == ["x"])
        for text in [
            "ssrc=xyz", "interleaved=256-257", "interleaved=-", "interleaved", "ssrc=123456789",
        ] {
            let odd = try #require(TransportHeader(parsing: "RTP/AVP;" + text))
            #expect(odd == TransportHeader(parsing: "RTP/AVP"))
        }
        #expect(TransportHeader(parsing: " ; ") == nil)
    }

    @Test func `several transports are told apart outside quotes`() {
        let list = TransportHeader.list(
            parsing: "RTP/AVP;multicast;mode=\"PLAY,RECORD\", RTP/AVP/TCP;interleaved=0-1,")
        #expect(list.map(\.profile) == ["RTP/AVP", "RTP/AVP/TCP"])
        #expect(list.first?.mode == "PLAY,RECORD")
        #expect(list.map(\.isTCP) == [false, true])
    }

    @Test(arguments: [
        ("12345678", "12345678", 60, 25), ("12345678;timeout=30", "12345678", 30, 15),
        (" a$b_c ; timeout = 8 ", "a$b_c", 8, 3), ("x;timeout=1", "x", 1, 1),
        ("x;timeout=0", "x", 60, 25), ("x;timeout=never", "x", 60, 25),
        ("x;timeout=600", "x", 600, 25),
        ("x;timeout=12;other", "x", 12, 6),
    ]) func `a session lives as long as it says, or a minute`(
        text: String, id: String, timeout: Int64, interval: Int64
    ) throws {
        let session = try #require(SessionHeader(parsing: text))
        #expect(session.id == id)
        #expect(session.timeout == timeout)
        #expect(session.keepAliveInterval == .seconds(interval))
        #expect(SessionHeader(parsing: session.description) == session)
        #expect(SessionHeader(parsing: " ") == nil)
    }

    @Test func `RTP-Info names where streams begin`() {
        let text =
            "url=rtsp://foo.com/bar.avi/streamid=0;seq=45102;rtptime=4294967295,"
            + " url=\"trackID=1\";seq=-3;rtptime=x;;, ;seq=1,"
        let starts = StreamStart.list(parsing: text)
        #expect(
            starts == [
                StreamStart(
                    url: "rtsp://foo.com/bar.avi/streamid=0", sequenceNumber: 45102,
                    timestamp: 4_294_967_295),
                StreamStart(url: "trackID=1"),
            ])
        let printed = starts.map(\.description).joined(separator: ",")
        #expect(StreamStart.list(parsing: printed) == starts)
    }

    @Test(arguments: [
        ("npt=0.000-", PlayRange.fromStart, "npt=0.000-"),
        (
            "npt=10-15.5", .normalPlayTime(from: .seconds(10), to: .milliseconds(15_500)),
            "npt=10.000-15.500"
        ),
        ("npt=-20", .normalPlayTime(from: nil, to: .seconds(20)), "npt=-20.000"),
        (
            "npt=1:02:03.25-", .normalPlayTime(from: .milliseconds(3_723_250), to: nil),
            "npt=3723.250-"
        ),
        ("NPT = now-", .now, "npt=now-"),
        (
            "npt=0.0409-;time=19970123T143720Z", .normalPlayTime(from: .milliseconds(40), to: nil),
            "npt=0.040-"
        ),
        (
            "clock=19961108T143720.25Z-", .other("clock=19961108T143720.25Z-"),
            "clock=19961108T143720.25Z-"
        ),
        ("npt=4294967295:0:0-", .other("npt=4294967295:0:0-"), "npt=4294967295:0:0-"),
        ("npt=100000000:0:0-", .other("npt=100000000:0:0-"), "npt=100000000:0:0-"),
        ("npt=x-", .other("npt=x-"), "npt=x-"),
        ("npt=1:2-", .other("npt=1:2-"), "npt=1:2-"),
    ]) func `a range of play time is read, any other is kept`(
        text: String, range: PlayRange, printed: String
    ) {
        #expect(PlayRange(parsing: text) == range)
        #expect(range.description == printed)
    }

    @Test func `methods are listed with commas, blanks or both`() {
        #expect(
            RTSPMethod.list(parsing: "OPTIONS,describe, GET_PARAMETER  X;")
                == [.options, .describe, .getParameter, RTSPMethod(rawValue: "X")])
    }
}
