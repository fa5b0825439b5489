import Glibc

extension UnsafeMutablePointer<dirent> {
    /// The name of a folder's entry. It is read in place: the kernel's record ends behind the name, not
    /// behind the 256 octets that its type has for one.
    var name: String {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else {
            preconditionFailure("a C structure's fields have places")
        }
        let start = UnsafeRawPointer(self) + offset
        return String(cString: start.assumingMemoryBound(to: CChar.self))
    }
}
