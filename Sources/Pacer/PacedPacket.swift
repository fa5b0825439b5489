public import Timing

/// What a track carries, and so how its packets leave.
public enum TrackKind: Hashable, Sendable {
    /// Spread in small groups inside each frame.
    case video
    /// Passes in front of all video when it is due.
    case audio
    /// RTCP: leaves at once, in front of everything; has no timestamps.
    case control
}

/// A packet, or a whole frame, as its pacer sees it: no octets, only what decides when it leaves.
public struct PacedPacket: Hashable, Sendable {
    /// Names the packet for its owner, who keeps the octets; never looked at here.
    public var payload: Int
    /// The number that `PacedSession.addTrack` answered.
    public var track: Int
    /// Ticks of the track's clock, as they stand in the RTP header; passed through untouched.
    public var timestamp: UInt32
    /// Octets on the wire.
    public var byteCount: Int
    /// Whether the frame ends here: RTP's marker for video.
    public var isFrameEnd: Bool
    /// Whether a decoder may begin with this packet's frame; looked at on a frame's first packet.
    public var isKeyframe: Bool

    /// A packet; one that ends its frame unless told otherwise, as all of audio's do.
    public init(
        payload: Int, track: Int, timestamp: UInt32, byteCount: Int, isFrameEnd: Bool = true,
        isKeyframe: Bool = false
    ) {
        (self.payload, self.track) = (payload, track)
        (self.timestamp, self.byteCount) = (timestamp, byteCount)
        (self.isFrameEnd, self.isKeyframe) = (isFrameEnd, isKeyframe)
    }
}

/// A packet handed back to its owner, to be sent now or to be let go.
public struct Departure: Hashable, Sendable {
    /// What was queued.
    public var packet: PacedPacket
    /// When it was due; what lies between this and the turn's time is the timer's lateness.
    public var due: Instant
    /// Why it must not be sent; `nil` when it is to be sent now.
    public var dropReason: DropReason?
}

/// Why a packet is never sent.
public enum DropReason: Hashable, Sendable, CaseIterable {
    /// The session lay further behind than its policy allows; a newer key frame took its place.
    case latency
    /// The track's queue had no room.
    case queueFull
    /// Its frame builds on one that found no room; the next key frame ends this.
    case awaitingKeyframe
}

/// What became of a packet that was handed in.
public enum Admission: Hashable, Sendable {
    /// It comes out of `nextDeparture` later.
    case queued
    /// The queue is full and its policy drops nothing: keep the packet, hand it in again after the
    /// next departure, and read nothing more until then.
    case refused
    /// The packet is the caller's again, and is not sent.
    case dropped(DropReason)
}
