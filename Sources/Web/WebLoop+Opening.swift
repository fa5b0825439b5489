import CWeb
import Glibc

extension WebLoop {
    /// Says which file is wrong before the C library fails without a word.
    func checkFiles() throws(WebServerError) {
        guard let tls = configuration.tls else { return }
        for path in [tls.certificate, tls.key] where access(path, R_OK) != 0 {
            throw .unreadableFile(path)
        }
    }

    func openServer(_ code: inout Int32) -> OpaquePointer? {
        let host = configuration.host
        guard let tls = configuration.tls else {
            return host.withCString { open(host: $0, certificate: nil, key: nil, &code) }
        }
        return host.withCString { host in
            tls.certificate.withCString { certificate in
                tls.key.withCString { key in
                    open(host: host, certificate: certificate, key: key, &code)
                }
            }
        }
    }

    private func open(
        host: UnsafePointer<CChar>,
        certificate: UnsafePointer<CChar>?,
        key: UnsafePointer<CChar>?,
        _ code: inout Int32
    ) -> OpaquePointer? {
        var shape = web_configuration(
            address: host,
            port: Int32(clamping: configuration.port),
            certificate: certificate,
            key: key,
            connection_limit: Int32(clamping: max(1, configuration.maxConnections)),
            header_byte_limit: Int32(min(max(configuration.maxHeaderByteCount, 1024), 15 * 1024)),
            body_byte_limit: max(0, configuration.maxBodyByteCount),
            timeout_seconds: Int32(clamping: max(1, configuration.timeoutSeconds))
        )
        var events = web_events(
            owner: Unmanaged.passUnretained(self).toOpaque(),
            started: { owner, id, request in
                guard let request else { return }
                WebLoop.at(owner)?.started(id, request.pointee)
            },
            drained: { owner, id in WebLoop.at(owner)?.drained(id) },
            ended: { owner, id in WebLoop.at(owner)?.ended(id) },
            woken: { owner in WebLoop.at(owner)?.woken() },
            ticked: { owner in WebLoop.at(owner)?.ticked() }
        )
        return web_open(&shape, &events, &code)
    }

    /// The loop behind the C server's owner pointer; the thread keeps it alive.
    private static func at(_ owner: UnsafeMutableRawPointer?) -> WebLoop? {
        owner.map { Unmanaged<WebLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    func failure(_ code: Int32) -> WebServerError {
        let (host, port) = (configuration.host, configuration.port)
        switch code {
        case 0:
            guard let tls = configuration.tls else { return .noResources }
            return .unusableCertificate(certificate: tls.certificate, key: tls.key)
        case EADDRINUSE: return .portInUse(host: host, port: port)
        case EACCES, EPERM: return .notPermitted(host: host, port: port)
        case EADDRNOTAVAIL, EINVAL: return .noSuchAddress(host)
        default: return .cannotListen(host: host, port: port, code: code)
        }
    }
}
