// The line of time: where each decoded frame belongs on it, and what is made of what is missing.

extension OpusTranscoder {
    /// Finds where the decoded frame belongs, fills what is missing before it.
    ///
    /// - Returns: Whether it is to be heard.
    mutating func place(_ time: Int64, followsLoss: Bool) -> Bool {
        guard var line else { return beginLine(at: time) }
        if line.sampleRate != decoded.sampleRate || resampler?.channelCount != decoded.channelCount
        {
            drain()
            guard adoptFormat() else { return false }
            line.rebase(sampleRate: decoded.sampleRate)
        }
        let error = time - line.expected
        guard abs(error) <= configuration.longestSilence else {
            statistics.jumps += 1
            endLine()
            return beginLine(at: time)
        }
        let halfFrame = line.ticks(decoded.frameCount) / 2
        if error > SampleLine.tolerance || (followsLoss && error >= max(1, halfFrame)) {
            fill(line.samples(error))
            line.advance(line.samples(error))
            statistics.silentSamples += Int(error)
        } else if error < -SampleLine.tolerance {
            statistics.lateFrames += 1
            return false
        } else if let delta = line.correction(for: error) {
            resampler?.stretch(by: delta, over: SampleLine.stretchSpan)
            statistics.stretchedSamples += abs(delta)
        }
        line.advance(decoded.frameCount)
        self.line = line
        return true
    }

    private mutating func beginLine(at time: Int64) -> Bool {
        guard adoptFormat() else { return false }
        var line = SampleLine(start: time, sampleRate: decoded.sampleRate)
        line.advance(decoded.frameCount)
        (self.line, encodedTo, startsAnew) = (line, time, true)
        sound.removeAll(keepingCapacity: true)
        encoder.reset()
        return true
    }

    private mutating func adoptFormat() -> Bool {
        resampler = try? Resampler(
            sampleRate: decoded.sampleRate, channelCount: decoded.channelCount,
            outputChannelCount: channelCount)
        return resampler != nil
    }

    /// A malformed frame on the line becomes the silence of one such as came before it.
    mutating func substitute(_ timestamp: Int64) {
        guard var line, line.lastCount > 0 else { return }
        let error = ticks(timestamp) - line.expected
        guard abs(error) <= SampleLine.tolerance else { return }
        fill(line.lastCount)
        statistics.silentSamples += Int(line.ticks(line.lastCount))
        line.advance(line.lastCount)
        self.line = line
        encode()
    }

    private mutating func fill(_ count: Int) {
        let channels = resampler?.channelCount ?? 0
        convert([Float](repeating: 0, count: count * channels))
    }

    /// Brings samples to 48 kHz.
    mutating func convert(_ samples: [Float]) {
        resampler?.convert(samples, into: &sound)
    }

    /// Brings out what the resampler holds, to the sample that the line says.
    private mutating func drain() {
        guard let line else { return }
        resampler?.drain(into: &sound)
        let wanted = max(0, Int(line.expected - encodedTo)) * channelCount
        if sound.count > wanted {
            sound.removeLast(sound.count - wanted)
        } else {
            sound.append(contentsOf: repeatElement(0, count: wanted - sound.count))
        }
    }

    /// Encodes all there is, the last packet filled with silence.
    mutating func endLine() {
        guard line != nil else { return }
        drain()
        let size = OpusEncoder.frameSampleCount
        let needed = sound.count / channelCount + encoder.lookahead
        let whole = (needed + size - 1) / size * size * channelCount
        sound.append(contentsOf: repeatElement(0, count: whole - sound.count))
        encode()
        line = nil
        resampler = nil
    }

    /// The source's time in ticks of 48 000 a second.
    func ticks(_ timestamp: Int64) -> Int64 {
        let time =
            min(max(timestamp, -Self.timeLimit), Self.timeLimit) * Int64(Resampler.outputRate)
        return (time + (time < 0 ? -clockRate : clockRate) / 2) / clockRate
    }

    /// 24 years at 90 kHz; what lies beyond is no time.
    private static let timeLimit: Int64 = 1 << 46
}
