import MediaFile
import Reactor
import Synchronization

/// Reads a clip on a thread of its own, which waits for the disk and for whoever plays.
final class ClipFeed: Sendable {
    /// What comes of a demand.
    enum Delivery: Sendable {
        case samples([ClipSample], isEnd: Bool)
        case failed(ClipError)
    }

    /// What is in the clip.
    let format: ClipFormat
    private let demands: Mailbox<@Sendable (Delivery) -> Void>
    private let loop = Mutex<LoopHandle<RelayEngine>?>(nil)

    /// Opens the clip, on its thread, and waits for that.
    init(path: String, isLooped: Bool) throws {
        let demands = try Mailbox<@Sendable (Delivery) -> Void>()
        let opened = try Mailbox<Result<ClipFormat, ClipError>>(capacity: 1)
        try startThread(name: "clip") {
            do throws(ClipError) {
                var reader = try ClipReader(path: path, isLooped: isLooped)
                try? opened.post(.success(reader.format))
                Self.serve(demands, from: &reader)
            } catch {
                try? opened.post(.failure(error))  // whoever opens it waits for just this
            }
        }
        self.demands = demands
        format = try Self.first(of: opened).get()
    }

    deinit { demands.close() }

    /// Begins to supply an engine.
    func start(_ loop: LoopHandle<RelayEngine>) {
        self.loop.withLock { $0 = loop }
        demand()
    }

    /// Has the next samples read and handed to the engine. Does not block.
    func demand() {
        guard let loop = loop.withLock({ $0 }) else { return }
        try? demands.post { delivery in
            loop.post { engine, now in
                switch delivery {
                case .samples(let samples, let isEnd): engine.supply(samples, isEnd: isEnd, at: now)
                case .failed(let error): engine.sourceFailed(error, at: now)
                }
            }
        }
    }

    private static func serve(
        _ demands: Mailbox<@Sendable (Delivery) -> Void>, from reader: inout ClipReader
    ) {
        var isOpen = true
        while isOpen, (try? demands.wait()) != nil {
            var waiting: [@Sendable (Delivery) -> Void] = []
            isOpen = demands.drain { waiting.append($0) }
            for deliver in waiting { deliver(read(&reader)) }
        }
    }

    private static func read(_ reader: inout ClipReader) -> Delivery {
        var samples: [ClipSample] = []
        var byteCount = 0
        do throws(ClipError) {
            while samples.count < batchCount, byteCount < batchByteCount {
                guard let sample = try reader.next() else { return .samples(samples, isEnd: true) }
                byteCount += sample.bytes.count
                samples.append(sample)
            }
            return .samples(samples, isEnd: false)
        } catch {
            // What was read before the fault is played; the next demand meets it again.
            return samples.isEmpty ? .failed(error) : .samples(samples, isEnd: false)
        }
    }

    private static func first<Value>(of mailbox: Mailbox<Value>) throws -> Value {
        var first: Value?
        while true {
            _ = mailbox.drain { first = $0 }
            if let first { return first }
            try mailbox.wait()
        }
    }

    /// About a second of pictures and sound; octets beyond which a batch ends earlier.
    private static let batchCount = 96
    private static let batchByteCount = 4 << 20
}
