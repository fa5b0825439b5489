import RTP
import Testing

/// AV1 between us and Pion: neither Debian's ffmpeg nor its GStreamer carries AV1 in RTP.
@Suite(
    .tags(.interop),
    .enabled(if: Lab.has("ffmpeg") && Lab.hasPion, "needs ffmpeg, Go and Pion's libraries"))
struct AV1PayloadOracleTests {
    static let encoding = [
        "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-g", "10", "-b:v", "1M",
        "-f", "ivf",
    ]

    /// OBUs as Pion's side reads and writes them: a timestamp, a length, and the OBU.
    static func records(_ temporalUnits: [[UInt8]]) -> [UInt8] {
        temporalUnits.enumerated().flatMap { index, unit in
            PayloadLab.obus([unit]).flatMap { obu in
                [index * 6_000, obu.count].flatMap { value in
                    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
                } + obu
            }
        }
    }

    @Test func `Pion's payloads come out as they went in, and ours come out of Pion`() async throws
    {
        try await PayloadLab.inDirectory { directory in
            let path = directory + "/v"
            try await PayloadLab.encode(
                "testsrc2=size=640x360:rate=15", Self.encoding, to: path)
            let units = try PayloadLab.framesOfIVF(path)
            let records = Self.records(units)
            try PayloadLab.write(records, to: path + ".obu")
            try await PayloadLab.script(
                "pion_payloads.py", ["pack", path + ".obu", path + ".rtp"])
            let out = PayloadLab.receive(
                try PayloadLab.packets(path + ".rtp"), AV1Depacketizer())
            #expect(out.count == 30)
            #expect(out.indices.filter { out[$0].isKeyframe } == [0, 10, 20])
            let isSame = PayloadLab.obus(out.map(\.bytes)) == PayloadLab.obus(units)
            #expect(isSame)

            var packetizer = AV1Packetizer(payloadType: 96, ssrc: 1, sequenceNumber: 65_500)
            var batch = PacketBatch()
            for (index, unit) in units.enumerated() {
                packetizer.packetize(
                    unit.span.bytes, timestamp: UInt32(index) * 6_000, into: &batch)
            }
            try PayloadLab.write(batch, to: path + ".rtp")
            try await PayloadLab.script(
                "pion_payloads.py", ["unpack", path + ".rtp", path + ".out"])
            let isBack = try PayloadLab.read(path + ".out") == records
            #expect(isBack)
        }
    }
}
