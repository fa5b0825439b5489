import CSRTP
import Ciphers
import Testing

/// A session of libsrtp2 under the tests' keys, to be agreed with bit for bit.
struct SRTPOracle: ~Copyable {
    private let session: srtp_t

    init(profile: SRTPProfile, seals: Bool, masterKey: [UInt8]? = nil) throws {
        try #require(SealingBackend.libsrtp2.isAvailable)  // initialised once for all
        var policy = srtp_policy_t()
        policy.ssrc.type = seals ? ssrc_any_outbound : ssrc_any_inbound
        policy.window_size = 1024
        switch profile {
        case .aeadAES128GCM:
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
        case .aes128CMHMACSHA1_80:
            srtp_crypto_policy_set_rtp_default(&policy.rtp)
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
        }
        var key = (masterKey ?? profile.masterKey) + profile.masterSalt
        var created: srtp_t?
        let status = key.withUnsafeMutableBufferPointer { bytes in
            policy.key = bytes.baseAddress
            return srtp_create(&created, &policy)
        }
        try #require(status == srtp_err_status_ok)
        session = try #require(created)
    }

    deinit { srtp_dealloc(session) }

    /// Jumps to a rollover, once the stream has begun.
    func setRollover(_ rollover: UInt32, ssrc: UInt32) -> Bool {
        srtp_set_stream_roc(session, ssrc, rollover) == srtp_err_status_ok
    }

    func seal(_ packet: [UInt8]) -> [UInt8]? { call(srtp_protect, packet) }
    func open(_ packet: [UInt8]) -> [UInt8]? { call(srtp_unprotect, packet) }
    func sealControl(_ packet: [UInt8]) -> [UInt8]? { call(srtp_protect_rtcp, packet) }
    func openControl(_ packet: [UInt8]) -> [UInt8]? { call(srtp_unprotect_rtcp, packet) }

    private func call(
        _ function: (srtp_t?, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) ->
            srtp_err_status_t,
        _ packet: [UInt8]
    ) -> [UInt8]? {
        // libsrtp2 wants 32-bit alignment and room for its trailer.
        var words = [UInt32](repeating: 0, count: packet.count / 4 + 40)
        return words.withUnsafeMutableBytes { memory in
            memory.copyBytes(from: packet)
            var count = Int32(packet.count)
            guard function(session, memory.baseAddress, &count) == srtp_err_status_ok else {
                return nil
            }
            return Array(memory[0..<Int(count)])
        }
    }
}
