import Testing

@testable import Reactor

@Suite struct MailboxTests {
    @Test func `drains commands in the order they were posted`() throws {
        let mailbox = try Mailbox<Int>()
        for number in 0..<10 { try mailbox.post(number) }
        #expect(contents(of: mailbox).commands == Array(0..<10))
        #expect(contents(of: mailbox).commands.isEmpty)
    }

    @Test func `refuses what exceeds its capacity until it is drained`() throws {
        let mailbox = try Mailbox<Int>(capacity: 2)
        try mailbox.post(1)
        try mailbox.post(2)
        #expect(throws: MailboxRefusal.full) { try mailbox.post(3) }
        #expect(contents(of: mailbox).commands == [1, 2])
        try mailbox.post(4)
        #expect(contents(of: mailbox).commands == [4])
    }

    @Test func `refuses every command once closed, and gives up what it had taken`() throws {
        let mailbox = try Mailbox<Int>()
        try mailbox.post(1)
        mailbox.close()
        #expect(throws: MailboxRefusal.closed) { try mailbox.post(2) }
        let last = contents(of: mailbox)
        #expect(last.commands == [1])
        #expect(!last.isOpen)
    }

    @Test func `wakes its waiter for a command, for a close, and again after a drain`() throws {
        let mailbox = try Mailbox<Int>()
        try startThread(name: "poster") { try? mailbox.post(1) }
        try mailbox.wait()
        #expect(contents(of: mailbox).commands == [1])
        try startThread(name: "poster") { try? mailbox.post(2) }
        try mailbox.wait()
        #expect(contents(of: mailbox).commands == [2])
        try startThread(name: "closer") { mailbox.close() }
        try mailbox.wait()
        #expect(!contents(of: mailbox).isOpen)
    }

    @Test func `takes no more than a turn may, and stays readable for the rest`() throws {
        let mailbox = try Mailbox<Int>()
        for number in 0..<5 { try mailbox.post(number) }
        mailbox.close()
        var (turns, isOpen) = ([[Int]](), true)
        while isOpen {
            try mailbox.wait()
            var turn: [Int] = []
            isOpen = mailbox.drain(atMost: 2) { turn.append($0) }
            turns.append(turn)
        }
        #expect(turns == [[0, 1], [2, 3], [4]])
    }

    @Test func `loses nothing of many threads posting at once`() throws {
        let mailbox = try Mailbox<Int>()
        for thread in 0..<4 {
            try startThread(name: "poster") {
                for number in 0..<500 { try? mailbox.post(thread * 1000 + number) }
            }
        }
        var received: [Int] = []
        while received.count < 2000 {
            try mailbox.wait()
            received += contents(of: mailbox).commands
        }
        for thread in 0..<4 {
            let ofThread = received.filter { $0 / 1000 == thread }
            #expect(ofThread == (0..<500).map { thread * 1000 + $0 })
        }
    }

    private func contents<T>(of mailbox: Mailbox<T>) -> (commands: [T], isOpen: Bool) {
        var commands: [T] = []
        let isOpen = mailbox.drain { commands.append($0) }
        return (commands, isOpen)
    }
}
