import Wire

/// One RTCP packet, understood.
public enum RTCPPacket: Hashable, Sendable {
    /// What a sender sent, and when.
    case senderReport(SenderReport)
    /// How a receiver fares.
    case receiverReport(ReceiverReport)
    /// Who a source is.
    case sourceDescription(SourceDescription)
    /// Which sources have left.
    case goodbye(Goodbye)
    /// Which packets are missing.
    case nack(GenericNack)
    /// A decoder lost a picture.
    case pictureLossIndication(PictureLossIndication)
    /// A decoder needs a key frame.
    case fullIntraRequest(FullIntraRequest)
    /// How much a receiver believes it can receive.
    case maximumBitrate(ReceiverEstimatedMaximumBitrate)
    /// When each packet of a transport arrived.
    case transportFeedback(TransportFeedback)
    /// Round trips of receivers that do not send.
    case extendedReport(ExtendedReport)
    /// A packet we have no use for: its type and its count or feedback format.
    case other(type: UInt8, format: UInt8)

    init(_ header: RTCPHeader, parsing body: inout ByteReader) throws(ParseError) {
        let count = Int(header.count)
        switch RTCPPacketType(rawValue: header.type) {
        case .senderReport:
            self = .senderReport(try SenderReport(parsing: &body, count: count))
        case .receiverReport:
            self = .receiverReport(try ReceiverReport(parsing: &body, count: count))
        case .sourceDescription:
            self = .sourceDescription(try SourceDescription(parsing: &body, count: count))
        case .goodbye:
            self = .goodbye(try Goodbye(parsing: &body, count: count))
        case .transportFeedback:
            self = try Self.parseTransportFeedback(header, &body)
        case .payloadFeedback:
            self = try Self.parsePayloadFeedback(header, &body)
        case .extendedReport:
            self = .extendedReport(try ExtendedReport(parsing: &body))
        case .application, nil:
            self = .other(type: header.type, format: header.count)
        }
    }

    private static func parseTransportFeedback(
        _ header: RTCPHeader,
        _ body: inout ByteReader
    ) throws(ParseError) -> RTCPPacket {
        switch header.count {
        case GenericNack.format: .nack(try GenericNack(parsing: &body))
        case TransportFeedback.format: .transportFeedback(try TransportFeedback(parsing: &body))
        default: .other(type: header.type, format: header.count)
        }
    }

    private static func parsePayloadFeedback(
        _ header: RTCPHeader,
        _ body: inout ByteReader
    ) throws(ParseError) -> RTCPPacket {
        switch header.count {
        case PictureLossIndication.format:
            return .pictureLossIndication(try PictureLossIndication(parsing: &body))
        case FullIntraRequest.format:
            return .fullIntraRequest(try FullIntraRequest(parsing: &body))
        case ReceiverEstimatedMaximumBitrate.format:
            guard let estimate = try ReceiverEstimatedMaximumBitrate(parsing: &body) else {
                return .other(type: header.type, format: header.count)
            }
            return .maximumBitrate(estimate)
        default:
            return .other(type: header.type, format: header.count)
        }
    }
}
