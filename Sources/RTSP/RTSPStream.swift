import Wire

/// Cuts what a connection delivers into messages and interleaved frames, wherever the reads cut it.
///
/// Octets are copied once, on the way in; a frame is a place in them. In step, each item begins
/// with `$`, with a start line, or after stray line ends, which are skipped.
///
/// **Resynchronisation.** Step is lost where an item should begin and there is neither `$` nor
/// text that is a request or status line, or where a frame on an expected channel does not begin
/// with RTP's version 2. Octets are then skipped and counted until `$`, an expected channel, a
/// length of at least 8 and version 2 stand in a row, or `RTSP/1.` does. A stream that loses step
/// before its first message is not RTSP at all, and one that does not find it again within 256 KB
/// is given up.
public struct RTSPStream: ~Copyable {
    /// What a stream consists of.
    public enum Item: Hashable, Sendable {
        /// A request of the other side.
        case request(RTSPRequest)
        /// An answer to a request of ours.
        case response(RTSPResponse)
        /// A packet; its octets are lent by `bytes(of:)`.
        case frame(InterleavedFrame)
        /// So many octets that were none of these.
        case skipped(Int)
    }

    /// The channels whose frames are known to hold RTP or RTCP: they help to find step again.
    public var expectedChannels = ChannelSet()

    private var buffer: [UInt8] = []
    private var bufferOffset = 0  // of the buffer's first octet in the stream
    private var position = 0  // of the next item, in the buffer
    private var head: MessageHead?  // read already, while its body is incomplete
    private var search = HeadSearch(start: 0)
    private var hasReadMessage = false
    private var lost: StepSearch?  // nil in step

    /// A stream at the beginning of a connection.
    public init() { buffer.reserveCapacity(Self.usualCapacity) }

    /// Takes in what a read delivered, and forgets all items handed out before.
    ///
    /// - Parameters:
    ///   - bytes: What comes next in the connection; copied.
    ///   - keepingFrames: Whether frames handed out before must stay readable.
    public mutating func receive(_ bytes: RawSpan, keepingFrames: Bool = false) {
        if !keepingFrames, position > 0 {
            buffer.removeFirst(position)
            bufferOffset += position
            search.move(by: -position)
            position = 0
        }
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
    }

    /// The octets held, handed out or not.
    public var heldByteCount: Int { buffer.count }

    /// A frame's packet, valid until `receive` forgets it; empty from then on.
    @_lifetime(borrow self)
    public func bytes(of frame: InterleavedFrame) -> RawSpan {
        let start = frame.offset - bufferOffset
        let all = buffer.span.bytes
        guard start >= 0, start + frame.byteCount <= all.byteCount else {
            return all.extracting(0..<0)
        }
        return all.extracting(start..<start + frame.byteCount)
    }

    /// The next item; `nil` when more octets are needed. After an error the stream is of no use.
    public mutating func next() throws(RTSPError) -> Item? {
        while position < buffer.count {
            if lost != nil {
                guard let skipped = try findStep() else { return nil }
                return .skipped(skipped)
            }
            switch buffer[position] {
            case UInt8(ascii: "\r"), UInt8(ascii: "\n"): move(to: position + 1)
            case InterleavedFrame.dollar:
                switch frame() {
                case .item(let frame): return .frame(frame)
                case .incomplete: return nil
                case .nonsense: try loseStep()
                }
            default:
                switch try message() {
                case .item(let message): return message
                case .incomplete: return nil
                case .nonsense: try loseStep()
                }
            }
        }
        return nil
    }

    /// The longest header, start line included.
    public static let headLimit = 16_384
    /// The longest body.
    public static let bodyLimit = 65_536
    private static let usualCapacity = 131_072  // two full reads of 64 KiB
}

// MARK: Items

extension RTSPStream {
    private enum Reading<Value> {
        case item(Value)
        case incomplete
        case nonsense
    }

    private mutating func frame() -> Reading<InterleavedFrame> {
        guard buffer.count - position >= InterleavedFrame.prefixByteCount else {
            return .incomplete
        }
        let channel = buffer[position + 1]
        let length = Int(buffer[position + 2]) << 8 | Int(buffer[position + 3])
        let start = position + InterleavedFrame.prefixByteCount
        if length > 0, expectedChannels[channel] {
            guard start < buffer.count else { return .incomplete }
            guard buffer[start] >> 6 == 2 else { return .nonsense }
        }
        guard buffer.count - start >= length else { return .incomplete }
        move(to: start + length)
        return .item(
            InterleavedFrame(channel: channel, offset: bufferOffset + start, byteCount: length))
    }

    private mutating func message() throws(RTSPError) -> Reading<Item> {
        if head == nil {
            switch search.advance(in: buffer) {
            case .incomplete: return .incomplete
            case .nonsense: return .nonsense
            case .tooLong: throw .tooLarge(part: "header", limit: Self.headLimit)
            case .end(let end):
                do {
                    head = try MessageHead(parsing: buffer.span.bytes.extracting(position..<end))
                } catch { throw .malformed(error) }
            }
        }
        guard let head else { return .nonsense }
        guard head.contentLength <= Self.bodyLimit else {
            throw .tooLarge(part: "body", limit: Self.bodyLimit)
        }
        let bodyStart = search.position
        guard buffer.count - bodyStart >= head.contentLength else { return .incomplete }
        let body = Array(buffer[bodyStart..<bodyStart + head.contentLength])
        move(to: bodyStart + head.contentLength)
        hasReadMessage = true
        return .item(Self.item(head, body: body))
    }

    private static func item(_ head: MessageHead, body: [UInt8]) -> Item {
        switch head.line {
        case .request(let method, let uri):
            var request = RTSPRequest(method, uri: uri)
            (request.headers, request.body) = (head.headers, body)
            return .request(request)
        case .response(let status, let reason):
            var response = RTSPResponse(status, reason: reason)
            (response.headers, response.body) = (head.headers, body)
            return .response(response)
        }
    }

    private mutating func move(to place: Int) {
        position = place
        head = nil
        search = HeadSearch(start: place)
    }
}

// MARK: Resynchronisation

extension RTSPStream {
    private mutating func loseStep() throws(RTSPError) {
        guard hasReadMessage else { throw .notRTSP }
        lost = StepSearch()
        move(to: position + 1)
    }

    /// How many octets were skipped, once step is found again.
    private mutating func findStep() throws(RTSPError) -> Int? {
        guard var search = lost else { return nil }
        defer { move(to: position) }
        let isFound = try search.advance(in: buffer, at: &position, expecting: expectedChannels)
        lost = isFound ? nil : search
        return isFound ? search.skippedByteCount : nil
    }
}
