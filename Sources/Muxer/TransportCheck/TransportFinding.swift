/// One thing wrong with a transport stream, and where.
public struct TransportFinding: Hashable, Sendable {
    /// What a finding breaks: the indicators of ETSI TR 101 290 §5.2.1 and §5.2.2, and three rules
    /// of ISO/IEC 13818-1 that players trip over.
    public enum Indicator: Int, Hashable, CaseIterable, Sendable {
        /// 1.1: two sync bytes in a row are wrong.
        case syncLoss
        /// 1.2: a sync byte is wrong.
        case syncByte
        /// 1.3: no program association for 500 ms, or something else in its place.
        case association
        /// 1.4: packets lost, doubled more than once, or out of order.
        case continuity
        /// 1.5: no program map for 500 ms, or something else in its place.
        case map
        /// 1.6: a stream that the map lists has not come for five seconds.
        case pid
        /// 2.1: a packet says that it is damaged.
        case transport
        /// 2.2: a table's checksum is wrong.
        case checksum
        /// 2.3a: two clock references are too far apart.
        case referenceRepetition
        /// 2.3b: the clock jumps, and nothing says so.
        case referenceDiscontinuity
        /// 2.5: no presentation time stamp for 700 ms.
        case stampRepetition
        /// 2.6: scrambled, and no conditional access table says how.
        case conditionalAccess
        /// A decode time that does not rise, or a presentation before it.
        case stampOrder
        /// A unit that arrives, by the clock, after it should have been decoded.
        case lateUnit
        /// A PES packet that is not as long as it says, or says nothing where it must.
        case unitLength

        /// 1 or 2 as TR 101 290 sorts them; 3 for what it leaves out.
        public var priority: Int {
            switch self {
            case .syncLoss, .syncByte, .association, .continuity, .map, .pid: 1
            case .transport, .checksum, .referenceRepetition, .referenceDiscontinuity,
                .stampRepetition, .conditionalAccess:
                2
            case .stampOrder, .lateUnit, .unitLength: 3
            }
        }
    }

    /// What is wrong.
    public var indicator: Indicator
    /// Octets from the beginning of the stream.
    public var offset: Int
    /// Whose packets, 0...8191, where it is one PID's fault.
    public var pid: UInt16?
}

extension TransportFinding: CustomStringConvertible {
    /// `continuity of PID 256 at 18800`.
    public var description: String {
        "\(indicator)" + (pid.map { " of PID \($0)" } ?? "") + " at \(offset)"
    }
}
