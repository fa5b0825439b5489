"""aio-rtsp-toolkit's server with a clip of H.264 and AAC made by ffmpeg; prints its port."""
import asyncio
import logging
import pathlib
import signal
import subprocess
import sys
import tempfile

from aio_rtsp_toolkit.server import RtspServer

CLIP = (
    "ffmpeg -v error -f lavfi -i testsrc=size=320x240:rate=30 -f lavfi -i sine=sample_rate=48000"
    " -t 6 -c:v libx264 -preset ultrafast -bf 0 -g 30 -pix_fmt yuv420p -c:a aac -ac 2"
)


async def serve(folder):
    """Serves until it is ended from outside."""
    server = RtspServer(folder, host="127.0.0.1", port=0)
    server.logger = logging.getLogger("camera")
    await server.start()
    print(server._server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that the clip is removed
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([*CLIP.split(), str(pathlib.Path(folder, "clip.mp4"))], check=True)
    asyncio.run(serve(folder))
