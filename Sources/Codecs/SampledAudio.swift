/// Sound whose payloads are samples, one after the other without frames (RFC 3551 §4.5).
public struct SampledAudio: Hashable, Sendable {
    /// How a sample is coded.
    public enum Encoding: Hashable, Sendable {
        /// G.711 with the companding of North America and Japan.
        case pcmu
        /// G.711 with the companding of the rest of the world.
        case pcma
        /// Sub-band ADPCM of 16 kHz; its RTP clock is 8 kHz by an old mistake (RFC 3551 §4.5.2).
        case g722
        /// Linear samples of 16 bits, the most significant octet first.
        case l16
    }

    /// How a sample is coded.
    public var encoding: Encoding
    /// Ticks of the RTP timestamp in a second.
    public var clockRate: Int
    /// Channels, their samples side by side.
    public var channelCount: Int

    /// Sound of some rate and channels: G.711 at 16 kHz is met too.
    public init(_ encoding: Encoding, clockRate: Int = 8_000, channelCount: Int = 1) {
        (self.encoding, self.clockRate) = (encoding, clockRate)
        self.channelCount = max(1, channelCount)
    }

    /// What `payloadType` means where SDP gives no `rtpmap` (RFC 3551 §6, table 4); `nil` where it
    /// means none of these.
    public init?(staticPayloadType payloadType: UInt8) {
        switch payloadType {
        case 0: self.init(.pcmu)
        case 8: self.init(.pcma)
        case 9: self.init(.g722)
        case 10: self.init(.l16, clockRate: 44_100, channelCount: 2)
        case 11: self.init(.l16, clockRate: 44_100)
        default: return nil
        }
    }

    /// What `rtpmap` names; `nil` when it is none of these.
    public init?(encodingName: some StringProtocol, clockRate: Int, channelCount: Int = 1) {
        switch encodingName.uppercased() {
        case "PCMU": self.init(.pcmu, clockRate: clockRate, channelCount: channelCount)
        case "PCMA": self.init(.pcma, clockRate: clockRate, channelCount: channelCount)
        case "G722": self.init(.g722, clockRate: clockRate, channelCount: channelCount)
        case "L16": self.init(.l16, clockRate: clockRate, channelCount: channelCount)
        default: return nil
        }
    }

    /// Octets of all channels in one tick of the clock.
    public var byteCountPerTick: Int {
        switch encoding {
        case .pcmu, .pcma, .g722: channelCount
        case .l16: 2 * channelCount
        }
    }

    /// Samples of one channel in one tick: two for G.722.
    public var samplesPerTick: Int {
        switch encoding {
        case .g722: 2
        case .pcmu, .pcma, .l16: 1
        }
    }
}
