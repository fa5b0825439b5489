import Testing

@testable import Service

@Suite struct MemoryReturnTests {
    /// Waits end when the test says so, if it does; each one that begins is told, and each return.
    private struct Stage {
        let waits: AsyncStream<UnsafeContinuation<Void, Never>>
        let rests: AsyncStream<UnsafeContinuation<Void, Never>>
        let returns: AsyncStream<Void>
        let memory: MemoryReturn

        init() {
            let (waits, onWait) = AsyncStream.makeStream(
                of: UnsafeContinuation<Void, Never>.self)
            let (rests, onRest) = AsyncStream.makeStream(
                of: UnsafeContinuation<Void, Never>.self)
            let (returns, onReturn) = AsyncStream.makeStream(of: Void.self)
            (self.waits, self.rests, self.returns) = (waits, rests, returns)
            memory = MemoryReturn(
                waitForQuiet: { await withUnsafeContinuation { onWait.yield($0) } },
                waitForRest: { await withUnsafeContinuation { onRest.yield($0) } },
                giveBack: { onReturn.yield() })
        }
    }

    @Test func `gives back once it has been quiet, not before`() async {
        let stage = Stage()
        let memory = stage.memory
        var waits = stage.waits.makeAsyncIterator()
        var returns = stage.returns.makeAsyncIterator()
        await memory.workDone()
        let first = await waits.next()
        await memory.workDone()
        first?.resume()
        let second = await waits.next()  // it was not quiet: another wait instead of a return
        second?.resume()
        await returns.next()
        await memory.workDone()
        #expect(await waits.next() != nil, "and again after the next wave")
    }

    @Test func `what is freed a while later is given back too, however many waves have passed`()
        async
    {
        let stage = Stage()
        let memory = stage.memory
        var waits = stage.waits.makeAsyncIterator()
        var rests = stage.rests.makeAsyncIterator()
        var returns = stage.returns.makeAsyncIterator()
        await memory.workDone()
        await waits.next()?.resume()
        await returns.next()
        let rest = await rests.next()
        await memory.workDone()  // another wave, whose rest is not free when the first one's is
        await waits.next()?.resume()
        await returns.next()
        rest?.resume()
        await returns.next()
        await rests.next()?.resume()
        await returns.next()
    }

    @Test func `gives back in the end where it never is quiet`() async {
        let stage = Stage()
        let memory = stage.memory
        var waits = stage.waits.makeAsyncIterator()
        var returns = stage.returns.makeAsyncIterator()
        await memory.workDone()
        for _ in 0..<12 {
            let wait = await waits.next()
            await memory.workDone()
            wait?.resume()
        }
        await returns.next()
    }
}
