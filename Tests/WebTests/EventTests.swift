import Testing

@testable import Web

@Suite struct EventTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `writes a line per field and an empty line`() {  // HTML Living Standard §9.2.6
        let event = ServerSentEvent("one\ntwo\r\nthree", name: "add", id: "7")
        #expect(event.frame == "event: add\nid: 7\ndata: one\ndata: two\ndata: three\n\n")
        #expect(ServerSentEvent("").frame == "data: \n\n")
    }

    @Test func `a name cannot open a second line`() {
        let event = ServerSentEvent("x", name: "a\ndata: evil", id: "1\r\n2")
        #expect(event.frame == "event: a data: evil\nid: 1 2\ndata: x\n\n")
    }

    @Test func `keeps the newest events and says how many it dropped`() {
        var buffer = EventBuffer(limit: 3)
        for number in 1...10 { buffer.push(ServerSentEvent("\(number)")) }
        let notice = "event: overflow\ndata: {\"dropped\":7}\n\n"
        #expect(text(buffer.take(byteLimit: 1000)) == notice + "data: 8\n\ndata: 9\n\ndata: 10\n\n")
        #expect(buffer.isEmpty)
        buffer.push(ServerSentEvent("11"))
        #expect(text(buffer.take(byteLimit: 1000)) == "data: 11\n\n")
    }

    @Test func `hands out whole events, one at least`() {
        var buffer = EventBuffer(limit: 8)
        for number in 1...3 { buffer.push(ServerSentEvent("\(number)")) }
        #expect(text(buffer.take(byteLimit: 1)) == "data: 1\n\n")
        #expect(text(buffer.take(byteLimit: 10)) == "data: 2\n\ndata: 3\n\n")
        #expect(buffer.take(byteLimit: 10).isEmpty)
    }

    @Test func `takes nothing in once it is finished, and gives out the rest`() {
        var buffer = EventBuffer(limit: 2)
        buffer.push(ServerSentEvent("1"))
        buffer.finish()
        buffer.push(ServerSentEvent("2"))
        #expect(text(buffer.take(byteLimit: 100)) == "data: 1\n\n")
        #expect(buffer.isEmpty && buffer.isFinished)
    }

    @Test func `a long run keeps within its limit`() {
        var buffer = EventBuffer(limit: 4)
        for number in 0..<1000 { buffer.push(ServerSentEvent("\(number)")) }
        #expect(text(buffer.take(byteLimit: 1_000_000)).split(separator: "\n").last == "data: 999")
    }
}
