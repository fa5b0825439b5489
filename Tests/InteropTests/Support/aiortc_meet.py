"""aiortc publishes by WHIP and another aiortc watches by WHEP; prints what arrived, as JSON.

    aiortc_meet.py SFU --codec VP8 --seconds 10
"""
import argparse
import array
import asyncio
import fractions
import json
import math
import urllib.request

import av
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription, VideoStreamTrack

from sfu import Server


class Picture(VideoStreamTrack):
    """A grey that changes with each frame."""

    count = 0

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame(320, 180, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([self.count % 256]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        self.count += 1
        return frame


class Tone(MediaStreamTrack):
    """440 Hz at half volume."""

    kind = "audio"
    samples = 0

    async def recv(self):
        await asyncio.sleep(0.02)
        step = 2 * math.pi * 440 / 48_000
        wave = [round(16_000 * math.sin(step * (self.samples + index))) for index in range(960)]
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.planes[0].update(array.array("h", wave).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self.samples, fractions.Fraction(1, 48_000)
        self.samples += 960
        return frame


def post(url, offer):
    request = urllib.request.Request(url, offer.encode(), {"Content-Type": "application/sdp"})
    with urllib.request.urlopen(request, timeout=15) as response:
        return response.read().decode()


async def exchange(connection, url):
    await connection.setLocalDescription(await connection.createOffer())
    answer = await asyncio.to_thread(post, url, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))


async def count_frames(track, counts):
    while True:
        frame = await track.recv()
        counts[track.kind] += 1
        if track.kind == "audio":
            counts["loudest"] = max(counts["loudest"], max(array.array("h", bytes(frame.planes[0]))))


async def meet(url, codec, seconds):
    publisher, viewer = RTCPeerConnection(), RTCPeerConnection()
    counts = {"audio": 0, "video": 0, "loudest": 0}
    readers = []
    picture = Picture()
    publisher.addTrack(Tone())
    sender = publisher.addTransceiver(picture, direction="sendonly")
    codecs = RTCRtpReceiver.getCapabilities("video").codecs
    sender.setCodecPreferences([c for c in codecs if c.mimeType in (f"video/{codec}", "video/rtx")])

    @viewer.on("track")
    def arrived(track):
        readers.append(asyncio.create_task(count_frames(track, counts)))

    for kind in ("audio", "video"):
        viewer.addTransceiver(kind, direction="recvonly")
    try:
        await exchange(publisher, f"{url}/rooms/demo/whip?peer=alice")
        await exchange(viewer, f"{url}/rooms/demo/whep?peer=bob")
        sent = picture.count
        await asyncio.sleep(seconds)
        return {"sent": picture.count - sent, "decoded": counts["video"], "audioFrames": counts["audio"], "loudest": counts["loudest"]}
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(publisher.close(), viewer.close())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sfu")
    parser.add_argument("--codec", default="VP8")
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    with Server(arguments.sfu, "--rtc", "127.0.0.1:0") as server:
        result = asyncio.run(meet(server.url, arguments.codec, arguments.seconds))
    print(json.dumps({**result, "exit": server.code}))


main()
