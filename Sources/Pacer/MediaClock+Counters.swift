extension MediaClock {
    /// What happened to a clock, by cause.
    public struct Counters: Hashable, Sendable {
        /// Frames that came after their deadline and so moved it.
        public var lateFrames = 0
        /// Episodes of frames later than the stall threshold.
        public var stalls = 0
        /// Episodes of faster playing back.
        public var catchUps = 0
        /// Fresh beginnings because a track's timeline began anew.
        public var epochAnchors = 0
        /// Because frames gave way to a newer key frame.
        public var dropAnchors = 0
        /// Because everything had come late for long: the path itself became slower.
        public var pathAnchors = 0
        /// Because the owner connected again.
        public var reconnectAnchors = 0

        /// Nothing yet.
        public init() {}
    }
}
