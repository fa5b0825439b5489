import Foundation
import Glibc
import RTSP
import SDP
import Timing

/// What a client receives from a camera, offered again by our server to one viewer.
final class CameraRelayed: Sendable {
    private let listener: Int32
    private let camera: RTSPURL
    /// Where the viewer finds it.
    let port: UInt16

    init(_ camera: RTSPURL) throws {
        self.camera = camera
        listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        var limit = timeval(tv_sec: 30, tv_usec: 0)  // for a viewer that never comes
        setsockopt(
            listener, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = listen(listener, 1)
                _ = getsockname(listener, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(listener) }

    /// Serves the first viewer that comes until it has gone; what the server told.
    func serve() throws -> [RTSPServerEvent] {
        var source = try CameraConnection(camera)
        source.keepsPackets = true
        source.run(seconds: 20) { $0.tracks != nil }
        var described: SessionDescription?
        for case .described(let description) in source.events { described = description }
        guard let described, source.tracks != nil else {
            throw CameraConnection.Failure(what: "the camera does not play")
        }
        var configuration = RTSPServerConfiguration(
            mounts: [RTSPMount(path: "/again", description: described)], seed: [9])
        configuration.credentials = RTSPCredentials(user: "viewer", password: "word")
        var server = RTSPServer(configuration)
        var events: [RTSPServerEvent] = []
        let viewer = accept(listener, nil, nil)
        defer { close(viewer) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !server.isEnded, !source.client.isEnded {
            source.turn()  // waits for the camera, at most a twentieth of a second
            for packet in source.packets {
                server.send(
                    packet.octets.span.bytes, track: packet.track, isRTCP: packet.isRTCP)
            }
            source.packets.removeAll(keepingCapacity: true)
            let count = recv(viewer, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            let octets = Array(buffer[..<max(count, 0)])
            if count > 0 { server.receive(octets.span.bytes, at: CameraConnection.now()) }
            if count == 0 { server.connectionClosed() }
            while let octets = server.nextOutput() {
                if !CameraConnection.send(octets, over: viewer) { server.connectionClosed() }
            }
            while let event = server.nextEvent() {
                if case .packet = event { continue }
                events.append(event)
            }
        }
        source.hangUp()
        return events
    }
}
