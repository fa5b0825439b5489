import Ciphers

extension SealingKey {
    /// A packet whose header is written, protected, in memory of its own; `nil` when it could not be.
    func sealed(_ header: [UInt8], payload: [UInt8], ssrc: UInt32, index: UInt64) -> [UInt8]? {
        let room = header.count + payload.count + rtpOverhead
        let sealed = [UInt8](unsafeUninitializedCapacity: room) { out, count in
            guard let base = out.baseAddress else { return }
            base.update(from: header, count: header.count)
            count = payload.withUnsafeBytes { payload in
                guard let start = payload.baseAddress else { return 0 }
                return sealRTP(
                    at: base, headerByteCount: header.count, prefixByteCount: 0,
                    payload: start, payloadByteCount: payload.count, ssrc: ssrc, index: index)
            }
        }
        return sealed.isEmpty ? nil : sealed
    }
}
