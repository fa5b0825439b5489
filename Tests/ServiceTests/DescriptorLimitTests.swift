import Glibc
import Testing

@testable import Service

/// How many files and connections a process may have open.
@Suite struct DescriptorLimitTests {
    @Test func `what the system allows who asks is had, and nothing is given back`() throws {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var former = rlimit()
        try #require(getrlimit(resource, &former) == 0)
        defer { setrlimit(resource, &former) }
        var low = rlimit(rlim_cur: min(1024, former.rlim_max), rlim_max: former.rlim_max)
        try #require(setrlimit(resource, &low) == 0)
        let raised = raiseDescriptorLimit()
        #expect(raised == min(former.rlim_max, 65_536))
        var found = rlimit()
        try #require(getrlimit(resource, &found) == 0)
        #expect(found.rlim_cur == raised && found.rlim_max == former.rlim_max)
        #expect(raiseDescriptorLimit() == raised)
    }
}
