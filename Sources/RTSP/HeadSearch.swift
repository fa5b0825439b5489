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
    private var hasFirstWord = false
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
            guard position - start < RTSPStream.headLimit else {
                return hasStartLine ? .tooLong : .nonsense
            }
            let octet = buffer[position]
            position += 1
            switch octet {
            case UInt8(ascii: "\n"):
                if isLineEmpty { return .end(position) }
                isLineEmpty = true
                guard hasStartLine || isStartLine(buffer[start..<position]) else {
                    return .nonsense
                }
                hasStartLine = true
            case UInt8(ascii: "\r"): continue
            case UInt8(ascii: "\t"), 0x20: (isLineEmpty, hasFirstWord) = (false, true)
            case _ where !hasFirstWord && !(0x21...0x7E).contains(octet): return .nonsense
            case 0..<0x20 where !hasStartLine: return .nonsense
            case _: isLineEmpty = false
            }
        }
        return .incomplete
    }

    private func isStartLine(_ octets: ArraySlice<UInt8>) -> Bool {
        MessageHead.startLine(String(decoding: octets, as: UTF8.self)[...]) != nil
    }
}
