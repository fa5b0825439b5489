"""A picture and a tone for aiortc to send."""
import array
import asyncio
import fractions
import math

import av
from aiortc import MediaStreamTrack, VideoStreamTrack


class Picture(VideoStreamTrack):
    """A grey that changes with each frame; moving, stripes that take more than one packet."""

    def __init__(self, moving=False):
        super().__init__()
        self.count, self.moving = 0, moving

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame(320, 180, "yuv420p")
        for plane in frame.planes:
            if self.moving:
                row = bytes((self.count * 8 + 37 * index) % 256 for index in range(plane.line_size))
                plane.update(row * (plane.buffer_size // plane.line_size))
            else:
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
