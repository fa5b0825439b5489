/// Looks for the empty line that ends a message's header, each octet once however it arrives.
struct HeadSearch {
    enum Result {
        case end(Int)
        case incomplete
        /// The first line is none that begins a message.
        case nonsense
        case tooLong
    }

    /// What is searched already ends here.
    private(set) var position: Int
    private var start: Int
    private var hasStartLine = false
    private var isLineEmpty = true

    init(start: Int) { (self.start, position) = (start, start) }

    /// Follows the buffer's octets when they move.
    mutating func move(by distance: Int) {
        start += distance
        position += distance
    }

    mutating func advance(in buffer: [UInt8]) -> Result {
        while position < buffer.count {
            let octet = buffer[position]
            position += 1
            switch octet {
            case UInt8(ascii: "\n"):
                if isLineEmpty { return .end(position) }
                isLineEmpty = true
                if !hasStartLine {
                    hasStartLine = true
                    let line = String(decoding: buffer[start..<position - 1], as: UTF8.self)
                    guard MessageHead.startLine(line[...]) != nil else {
                        return .nonsense
                    }
                }
            case UInt8(ascii: "\r"): continue
            case UInt8(ascii: "\t"): isLineEmpty = false
            case 0..<0x20 where !hasStartLine: return .nonsense
            default: isLineEmpty = false
            }
            if position - start > RTSPStream.headLimit { return .tooLong }
        }
        return .incomplete
    }
}
