import Glibc
import Pacer
import Reactor
import Timing
import Wire

/// Departures of twenty tracks on one real thread, as a relay's loop sends them.
func measureTimer(seconds: Int, realtime: Bool) async throws {
    let sink = try SinkSocket()
    let destination = sink.endpoint
    var configuration = LoopConfiguration(listen: Endpoint(ipv4: 0x7F00_0001, port: 0))
    configuration.realtime = realtime
    let loop = try startLoop(
        name: "pacer", configuration: configuration,
        makeEngine: { PacedCameras(count: 10, to: destination) }, onEvent: { _ in })
    try await Task.sleep(for: .seconds(seconds))
    let (jitter, lateness) = try await loop.run { cameras, _ in (cameras.jitter, cameras.lateness) }
    await loop.stop()
    let name = loop.report.isRealtime ? "SCHED_FIFO" : "ordinary priority"
    print(
        "\(name): jitter p50 \(jitter.micro(500)) µs, p99 \(jitter.micro(990)) µs, "
            + "p99.9 \(jitter.micro(999)) µs, longest \(jitter.longest.nanoseconds / 1_000) µs; "
            + "lateness p99 \(lateness.micro(990)) µs; \(jitter.count) frames")
    figure("jitter_p50_seconds", jitter.quantile(perMille: 500).seconds)
    figure("jitter_p99_seconds", jitter.quantile(perMille: 990).seconds)
    figure("lateness_p99_seconds", lateness.quantile(perMille: 990).seconds)
    figure("realtime", loop.report.isRealtime ? 1 : 0)
    withExtendedLifetime(sink) {}
}

extension DelayHistogram {
    fileprivate func micro(_ perMille: Int) -> Int64 {
        quantile(perMille: perMille).nanoseconds / 1_000
    }
}

/// Somewhere on this machine for packets to go; nobody reads them.
private final class SinkSocket {
    let endpoint: Endpoint
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard descriptor >= 0, result == 0 else { throw SinkError.refused(errno) }
        endpoint = Endpoint(ipv4: 0x7F00_0001, port: UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}

private enum SinkError: Error {
    case refused(Int32)
}
