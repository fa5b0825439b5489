/// Why a server did not start.
public enum WebServerError: Error, Hashable, CustomStringConvertible {
    /// Somebody else listens there.
    case portInUse(host: String, port: Int)
    /// Ports below 1024 want a privilege.
    case notPermitted(host: String, port: Int)
    /// No interface here has the address, or it is none.
    case noSuchAddress(String)
    /// The kernel refused for another reason.
    case cannotListen(host: String, port: Int, code: Int32)
    /// A certificate or key file is missing or unreadable.
    case unreadableFile(String)
    /// The files are there, and not a chain and its key.
    case unusableCertificate(certificate: String, key: String)
    /// Threads or memory have run out.
    case noResources

    /// How a process ends that can do nothing without its server, in the numbers of sysexits.h.
    public var exitStatus: Int32 {
        switch self {
        case .portInUse, .noSuchAddress, .cannotListen, .noResources: 69  // EX_UNAVAILABLE
        case .notPermitted: 77  // EX_NOPERM
        case .unreadableFile, .unusableCertificate: 66  // EX_NOINPUT
        }
    }

    /// One line for the operator.
    public var description: String {
        switch self {
        case .portInUse(let host, let port): "port \(port) is in use on \(host)"
        case .notPermitted(let host, let port): "port \(port) on \(host) needs more privileges"
        case .noSuchAddress(let host): "\(host) is no address of this machine"
        case .cannotListen(let host, let port, let code):
            "cannot listen on \(host) port \(port) (errno \(code))"
        case .unreadableFile(let path): "cannot read \(path)"
        case .unusableCertificate(let certificate, let key):
            "\(certificate) and \(key) are not a PEM certificate and its private key"
        case .noResources: "the web server could not be started: out of threads or memory"
        }
    }
}
