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

    /// Opens the clip, on its thread: the disk may sleep.
    init(path: String, isLooped: Bool) async throws {
        let demands = try Mailbox<@Sendable (Delivery) -> Void>()
        let opened: Result<ClipFormat, any Error> = await withCheckedContinuation { continuation in
            do {
                try startThread(name: "clip") {
                    do throws(ClipError) {
                        var reader = try ClipReader(path: path, isLooped: isLooped)
                        continuation.resume(returning: .success(reader.format))
                        Self.serve(demands, from: &reader)
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            } catch { continuation.resume(returning: .failure(error)) }
        }
        self.demands = demands
        format = try opened.get()
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

    /// About a second of pictures and sound; octets beyond which a batch ends earlier.
    private static let batchCount = 96
    private static let batchByteCount = 4 << 20
}
