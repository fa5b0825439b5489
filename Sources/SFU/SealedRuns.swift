import Ciphers
import Wire

/// Runs on their way out under a `SealingBackend` that batches: a chunk of them is written for many
/// destinations, then sealed as one, then handed to the driver run by run.
struct SealedRuns {
    /// Where their packets wait; `nil` when packets are sealed as they are written.
    let batch: SealingBatch?
    private var runs: [Transmit] = []
    private var position = 0

    init(_ backend: SealingBackend) {
        switch backend {
        case .batched, .ipsecMB: batch = SealingBatch()
        case .evp, .libsrtp2: batch = nil
        }
        if batch != nil { runs.reserveCapacity(Self.mostRuns) }
    }

    /// Whether all that was sealed has been handed out.
    var isEmpty: Bool { position == runs.count }

    /// Whether nothing waits to be sealed: as under AEAD_AES_128_GCM, which gains nothing by it.
    var isSealed: Bool { batch?.count == 0 }

    /// Whether the chunk may still grow.
    var hasRoom: Bool {
        runs.count < Self.mostRuns && (batch?.count ?? 0) < Self.mostPackets
    }

    mutating func append(_ run: Transmit) { runs.append(run) }

    /// Ends the chunk: what was written may leave now.
    ///
    /// - Returns: How many packets were refused, and leave as zeros.
    func seal() -> Int { batch?.seal() ?? 0 }

    /// The next run to be sent; behind the last, the chunk begins anew.
    mutating func next() -> Transmit? {
        guard !isEmpty else { return nil }
        let run = runs[position]
        position += 1
        if isEmpty {
            runs.removeAll(keepingCapacity: true)
            position = 0
        }
        return run
    }

    private static let mostPackets = 32  // 36 KB: encrypted just now, still near when hashed
    private static let mostRuns = 64  // of packets that do not wait, too
}
