#!/usr/bin/python3
"""What GStreamer's demuxers find in a file of H.264 and AAC.

demuxed.py FILE tsdemux|qtdemux
Prints JSON: the pictures' presentation times in nanoseconds, and how many audio frames there are.
"""
import json
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst


def main():
    path, demuxer = sys.argv[1:]
    Gst.init(None)
    pipeline = Gst.parse_launch(
        f"filesrc location={path} ! {demuxer} name=d"
        " d. ! queue ! h264parse ! video/x-h264,alignment=au ! fakesink name=pictures signal-handoffs=true"
        " d. ! queue ! aacparse ! fakesink name=sound signal-handoffs=true")
    found = {"pictures": [], "sound": []}
    for name, times in found.items():
        sink = pipeline.get_by_name(name)
        sink.connect("handoff", lambda sink, buffer, pad, times: times.append(buffer.pts), times)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(
        30 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if message is None or message.type == Gst.MessageType.ERROR:
        sys.exit(message.parse_error().debug if message else "no end within 30 s")
    print(json.dumps({"pictures": found["pictures"], "frames": len(found["sound"])}))


main()
