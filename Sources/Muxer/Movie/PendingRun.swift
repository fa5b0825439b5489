/// The samples of one track that wait for their part.
struct PendingRun {
    /// One of them, its times in the track's ticks.
    struct Sample {
        let decodeTicks: Int64
        let presentationTicks: Int64
        let byteCount: Int
        let isKeyframe: Bool
    }

    let samples: [Sample]
    let isVideo: Bool
    /// How long the last one lasts, as far as is known.
    let step: Int64
    /// What the track's times count from in the file.
    let originTicks: Int64

    /// How long a sample lasts: up to the one behind it, and the last up to `next` where that is known.
    func duration(at index: Int, next: Int64?) -> Int64 {
        let following = index + 1 < samples.count ? samples[index + 1].decodeTicks : next
        guard let following else { return max(step, 0) }
        return following - samples[index].decodeTicks
    }
}
