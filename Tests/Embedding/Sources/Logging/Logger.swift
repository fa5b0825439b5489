/// Writes to standard output.
public struct Logger {
    /// A logger.
    public init() {}

    /// Writes one line.
    public func info(_ line: String) { print(line) }
}
