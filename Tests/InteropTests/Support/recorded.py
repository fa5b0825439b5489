"""What ffprobe says of a recording."""
import json
import subprocess


def probe(path):
    found = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_entries",
         "format=duration:stream=codec_name,nb_read_frames:packet=stream_index,pts_time,dts_time", "-of", "json", str(path)],
        capture_output=True, text=True)
    document = json.loads(found.stdout or "{}")
    decode = [float(packet["dts_time"]) for packet in document.get("packets", []) if packet["stream_index"] == 0]
    shown = sorted(float(packet["pts_time"]) for packet in document.get("packets", []) if packet["stream_index"] == 0)
    # A recording may end behind a picture that is decoded before others and shown after them, or behind two.
    steps = [later - earlier for earlier, later in zip(shown[:-2], shown[1:-2])]
    streams = document.get("streams", [])
    return {
        "errors": found.stderr, "codecs": [stream["codec_name"] for stream in streams],
        "frames": [int(stream.get("nb_read_frames", 0)) for stream in streams],
        "rising": all(later > earlier for earlier, later in zip(decode, decode[1:])),
        "early": all(float(packet["dts_time"]) <= float(packet["pts_time"]) for packet in document.get("packets", [])),
        "step": [min(steps, default=0), max(steps, default=0)],
        "duration": float(document.get("format", {}).get("duration", 0))}
