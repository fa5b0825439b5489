// Turns RTCPeerConnection.getStats into the few numbers a person (or a test) reads.

/** Reads one connection again and again; rates are over the time since the last reading. */
export class StatisticsReader {
  #pc = null;
  #last = new Map();
  #summary = null;
  #readAt = 0;

  /** `null` while there is no connection. Bits per second, seconds, counts; `undefined` where unknown. */
  async read(pc) {
    if (!pc || pc.connectionState === "closed") return null;
    if (pc !== this.#pc) [this.#pc, this.#last, this.#summary] = [pc, new Map(), null];
    else if (this.#summary && performance.now() - this.#readAt < 400) return this.#summary;
    this.#readAt = performance.now();
    const reports = new Map();
    (await pc.getStats()).forEach((report) => reports.set(report.id, report));
    const all = [...reports.values()];
    const pair = all.find(({ type, state, nominated, selected }) =>
      type === "candidate-pair" && state === "succeeded" && (nominated || selected));
    const summary = {
      bitrate: 0,
      roundTripTimeSeconds: pair?.currentRoundTripTime
        ?? all.find(({ roundTripTime }) => roundTripTime != null)?.roundTripTime,
      availableBitrate: pair?.availableOutgoingBitrate,
    };
    for (const stream of all.filter(({ type }) => type === "inbound-rtp" || type === "outbound-rtp")) {
      const kind = stream.kind;
      if (kind !== "audio" && kind !== "video") continue;
      const codec = reports.get(stream.codecId)?.mimeType?.split("/")[1];
      const numbers = stream.type === "inbound-rtp" ? this.#inbound(stream) : this.#outbound(stream, all);
      if (!summary[kind] || numbers.bytes > summary[kind].bytes) summary[kind] = { codec, ...numbers };
      summary.bitrate += numbers.bitrate ?? 0;
    }
    this.#last = reports;
    this.#summary = summary;
    return summary;
  }

  #inbound(stream) {
    const d = this.#since(stream);
    const lost = Math.max(0, d("packetsLost") ?? 0);
    const expected = lost + (d("packetsReceived") ?? 0);
    return {
      bytes: stream.bytesReceived,
      bitrate: d.rate("bytesReceived", 8),
      packetsReceived: stream.packetsReceived,
      packetsLost: stream.packetsLost,
      lossPercent: expected ? 100 * lost / expected : 0,
      jitterSeconds: stream.jitter,
      jitterBufferDelaySeconds: ratio(d("jitterBufferDelay"), d("jitterBufferEmittedCount")),
      framesDecoded: stream.framesDecoded,
      framesDropped: stream.framesDropped,
      framesPerSecond: stream.framesPerSecond ?? d.rate("framesDecoded", 1),
      keyFramesDecoded: stream.keyFramesDecoded,
      freezeCount: stream.freezeCount,
      width: stream.frameWidth,
      height: stream.frameHeight,
      nackCount: stream.nackCount,
      pliCount: stream.pliCount,
      audioEnergy: stream.totalAudioEnergy,
      concealedSamples: stream.concealedSamples,
    };
  }

  #outbound(stream, all) {
    const d = this.#since(stream);
    const remote = all.find(({ type, localId }) => type === "remote-inbound-rtp" && localId === stream.id);
    return {
      bytes: stream.bytesSent,
      bitrate: d.rate("bytesSent", 8),
      packetsSent: stream.packetsSent,
      packetsLost: remote?.packetsLost,
      lossPercent: remote?.fractionLost == null ? undefined : 100 * remote.fractionLost,
      jitterSeconds: remote?.jitter,
      framesEncoded: stream.framesEncoded,
      framesPerSecond: stream.framesPerSecond ?? d.rate("framesEncoded", 1),
      keyFramesEncoded: stream.keyFramesEncoded,
      width: stream.frameWidth,
      height: stream.frameHeight,
      nackCount: stream.nackCount,
      pliCount: stream.pliCount,
      limitedBy: stream.qualityLimitationReason,
    };
  }

  /** The growth of a counter since the last reading, and its rate per second. */
  #since(stream) {
    const before = this.#last.get(stream.id) ?? {};
    const delta = (name) => stream[name] == null ? undefined : stream[name] - (before[name] ?? 0);
    const seconds = (stream.timestamp - before.timestamp) / 1000;
    delta.rate = (name, scale) =>
      (seconds > 0.1 && delta(name) != null ? scale * delta(name) / seconds : undefined);
    return delta;
  }
}

const ratio = (sum, count) => (count > 0 ? sum / count : undefined);
