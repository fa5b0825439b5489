import Glibc

/// The kernel's reasons not to send, by name.
enum Refusal {
    static let again = EAGAIN
    static let noBuffers = ENOBUFS
    static let noMemory = ENOMEM
    static let networkUnreachable = ENETUNREACH
    static let hostUnreachable = EHOSTUNREACH
    static let wrongFamily = EAFNOSUPPORT
    static let networkDown = ENETDOWN
    static let addressNotAvailable = EADDRNOTAVAIL
    static let messageTooLong = EMSGSIZE
    static let timedOut = ETIMEDOUT

    /// What a device or path that cannot cut answers: a checksum it cannot offload (EIO), segments
    /// longer than its MTU (EINVAL, newer kernels EMSGSIZE). Sent one by one, such a run may pass.
    static let ofSegmentation: [Int32] = [EIO, EINVAL, EMSGSIZE]
}
