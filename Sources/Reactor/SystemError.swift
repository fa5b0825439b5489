import CSystem

/// The kernel refused: which call, why, and about what.
public struct SystemError: Error, Hashable {
    /// The call that failed: `bind`, `socket`, `epoll_ctl`.
    public var call: String
    /// The kernel's `errno`.
    public var code: Int32
    /// What the call was about, when there is something to name: an address, a file.
    public var subject: String?

    /// A refusal of `call` with `errno` `code`.
    public init(call: String, code: Int32, subject: String? = nil) {
        (self.call, self.code, self.subject) = (call, code, subject)
    }

    /// Passes a result on, or throws the negative `errno` in its place.
    @discardableResult
    static func check(
        _ result: Int32,
        _ call: StaticString,
        _ subject: @autoclosure () -> String? = nil
    ) throws(SystemError) -> Int32 {
        guard result < 0 else { return result }
        throw SystemError(call: "\(call)", code: -result, subject: subject())
    }
}

extension SystemError: CustomStringConvertible {
    /// One line for a log or a terminal: `bind 0.0.0.0:40000: address already in use`.
    public var description: String {
        subject.map { "\(call) \($0): \(reason)" } ?? "\(call): \(reason)"
    }

    /// The kernel's words for `code`, beginning small.
    public var reason: String {
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            system_error_text(code, start, buffer.count)
            return String(cString: start)
        }
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
