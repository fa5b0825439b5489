import Glibc

/// Lets this process have more files and connections open than 1024, which is what a shell and systemd
/// allow who does not ask: a hundred cameras, and the next file of each could not be made.
///
/// - Returns: How many it may have open now.
@discardableResult
func raiseDescriptorLimit() -> UInt {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    let wanted = min(limit.rlim_max, descriptorLimit)
    guard limit.rlim_cur < wanted else { return limit.rlim_cur }
    let former = limit.rlim_cur
    limit.rlim_cur = wanted
    let isRaised = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
    return isRaised ? wanted : former
}

/// Thousands of cameras.
private let descriptorLimit: UInt = 65_536
