import Glibc

/// A file that cannot be read, and why not.
public struct UnreadableFile: Error, Hashable, Sendable, CustomStringConvertible {
    /// As it was given.
    public var path: String
    /// In the kernel's words, in lower case.
    public var reason: String

    /// A file and what keeps it from being read.
    public init(_ path: String, reason: String) { (self.path, self.reason) = (path, reason) }

    /// One line that names the file.
    public var description: String { "cannot read \(path): \(reason)" }
}

/// A whole file of at most 1 MB.
public func readFile(_ path: String) throws(UnreadableFile) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw refusal(of: path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count == 0 { return bytes }
        guard count > 0 else { throw refusal(of: path) }
        guard bytes.count + count <= 1 << 20 else {
            throw UnreadableFile(path, reason: "it has more than 1 MB")
        }
        bytes += chunk[..<count]
    }
}

private func refusal(of path: String) -> UnreadableFile {
    UnreadableFile(path, reason: String(cString: strerror(errno)).lowercased())
}
