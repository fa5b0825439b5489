import Recording
import Testing

@testable import RecordingAPI

/// What the log says of the one source of a command line.
@Suite(.timeLimit(.minutes(1))) struct OpeningWordsTests {
    private static func words(_ source: String) -> (words: OpeningWords, written: ToldLines) {
        let written = ToldLines()
        let words = OpeningWords(RecordingRequest("cam", source: source)) { level, message, name in
            written.note("\(level) \(name): \(message)")
        }
        return (words, written)
    }

    @Test func `what is sent here is awaited, and the log says so at once`() async {
        let (words, written) = Self.words("session.sdp")
        words.take("cam", .awaited("nobody"))
        words.take("cam", .trouble("still nobody"))
        async let failure = words.follow()
        for _ in 0..<100_000 where written.lines.count < 2 { await Task.yield() }
        #expect(written.lines == ["info cam: waiting: nobody", "warning cam: still nobody"])
        words.end()
        #expect(await failure == nil)
    }

    @Test func `of a camera that was never there the last line says why, and the log not again`()
        async
    {
        let (words, written) = Self.words("rtsp://192.0.2.1/live")
        words.take("cam", .trouble("its sound is unknown"))
        words.take("cam", .awaited("no publisher"))
        words.take("cam", .final("no publisher"))
        #expect(await words.follow() == "no publisher")
        #expect(written.lines == ["warning cam: its sound is unknown"])
    }

    @Test func `once its first file lies there, and of all others, all is logged`() async {
        let (words, written) = Self.words("rtsp://192.0.2.1/live")
        words.take("yard", .trouble("gone"))
        words.take("yard", .began(path: "/r/yard.ts"))
        words.take("cam", .trouble("slow"))
        words.take("cam", .began(path: "/r/cam.ts"))
        words.take("cam", .trouble("gone"))
        words.end()
        #expect(await words.follow() == nil)
        words.take("cam", .final("late"))
        await words.followRest()
        #expect(
            written.lines == [
                "warning yard: gone", "info yard: recording into /r/yard.ts", "warning cam: slow",
                "info cam: recording into /r/cam.ts", "warning cam: gone", "warning cam: late",
            ])
    }
}
