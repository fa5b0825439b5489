import CCiphers

/// Where the RTP of many sessions waits to be sealed together, on one loop.
///
/// A `SealingKey` made for it notes its packets here instead of sealing them; `seal` encrypts all
/// that wait, and authenticates them eight at a time. Until then what was written, and the payloads it
/// was written from, must stay where they are, and so must the keys.
public final class SealingBatch {
    /// How many messages SHA-1 goes over at once, and by which instructions.
    enum Lanes: CaseIterable {
        case best
        case one
        case eightAVX2
        case eightAVX512

        fileprivate var code: cciphers_lanes {
            switch self {
            case .best: cciphers_lanes_best
            case .one: cciphers_lanes_one
            case .eightAVX2: cciphers_lanes_avx2
            case .eightAVX512: cciphers_lanes_avx512
            }
        }
    }

    let pointer: OpaquePointer

    /// Room for packets, made once; `nil` where this CPU has nothing to gain, and packets are better
    /// sealed one by one.
    public convenience init?() { self.init(lanes: .best) }

    init?(lanes: Lanes) {
        guard let created = cciphers_batch_new(lanes.code) else { return nil }
        pointer = created
        if cciphers_batch_is_wide(created) == 0 { return nil }
    }

    deinit { cciphers_batch_free(pointer) }

    /// Packets that wait.
    public var count: Int { cciphers_batch_count(pointer) }

    /// Seals all that wait.
    ///
    /// - Returns: How many OpenSSL refused, which it never should: their payloads are zeros now, and
    ///   nobody can open them.
    @discardableResult
    public func seal() -> Int { cciphers_batch_seal(pointer) }
}
