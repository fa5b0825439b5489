#!/usr/bin/python3
"""The synthetic camera with a number in each picture, and the moment at which each was sent.

    numbered_camera.py FOLDER

Has ffmpeg make a clip of 30 s in FOLDER whose pictures, 640x360 and 30 a second, bear their number in ten
black and white squares, with its complement below. FOLDER/sendings gets a line for each picture that leaves:
its number and the monotonic clock in nanoseconds. Prints the camera's URL.
"""
import argparse
import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import time

SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "Scripts/synthetic-camera"
BITS, SECONDS, RATE = 10, 30, 30
LEFT, TOP, PITCH, SIZE = 32, 32, 56, 40  # of the squares, in pixels; numbers_seen.py reads them there

loader = importlib.machinery.SourceFileLoader("synthetic_camera", str(SCRIPT))
synthetic = importlib.util.module_from_spec(importlib.util.spec_from_loader("synthetic_camera", loader))
sys.dont_write_bytecode = True
loader.exec_module(synthetic)
Gst = synthetic.Gst


def squares():
    """ffmpeg's filters for the number and, below it, its complement."""
    width = BITS * PITCH + 16
    yield f"drawbox=x={LEFT - 16}:y={TOP - 16}:w={width}:h={2 * PITCH + 16}:color=black:t=fill"
    for bit in range(BITS):
        for row, condition in enumerate(("{}", "not({})")):
            lit = condition.format(f"mod(floor(n/{2 ** bit}),2)")
            yield (f"drawbox=x={LEFT + bit * PITCH}:y={TOP + row * PITCH}:w={SIZE}:h={SIZE}:color=white:t=fill"
                   f":enable='{lit}'")


def make_clip(folder):
    picture = ",".join([f"testsrc2=size=640x360:rate={RATE}", *squares()])
    video = ["-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "baseline", "-g", str(RATE), "-crf", "28"]
    sources = []
    for source in (picture, "sine=sample_rate=48000"):
        sources += ["-t", str(SECONDS), "-f", "lavfi", "-i", source]
    command = ["ffmpeg", "-v", "error", *sources, "-map", "0:v", *video, "-x264-params", "aud=1:scenecut=0"]
    command += ["-pix_fmt", "yuv420p", "-f", "h264", f"{folder}/clip.h264"]
    command += ["-map", "1:a", "-c:a", "aac", "-ac", "2", f"{folder}/clip.aac"]
    subprocess.run(command, check=True)


class NumberedCamera(synthetic.Camera):
    """Notes when the first packet of each picture leaves the payloader."""

    def __init__(self, folder):
        super().__init__(synthetic.pictures(f"{folder}/clip.h264"), synthetic.sound(f"{folder}/clip.aac"))
        self.sendings, self.last = open(f"{folder}/sendings", "w", buffering=1), None

    def do_configure(self, media):
        synthetic.Camera.do_configure(self, media)
        pad = media.get_element().get_child_by_name("pay0").get_static_pad("src")
        pad.add_probe(Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST, self.note)

    def note(self, _, info):
        packets = info.get_buffer_list() if info.type & Gst.PadProbeType.BUFFER_LIST else None
        time_stamp = (packets.get(0) if packets else info.get_buffer()).pts
        if time_stamp != self.last:
            number = round(time_stamp * RATE / Gst.SECOND) % (SECONDS * RATE)
            self.sendings.write(f"{number} {time.monotonic_ns()}\n")
            self.last = time_stamp
        return Gst.PadProbeReturn.OK


if __name__ == "__main__":
    Gst.init(None)
    folder = sys.argv[1]
    make_clip(folder)
    options = argparse.Namespace(host="127.0.0.1", port="0", user="cam", password="secret")
    synthetic.serve(NumberedCamera(folder), options)
