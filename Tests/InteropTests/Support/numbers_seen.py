"""What Chromium shows of numbered_camera.py's pictures and what a file holds, and how long after they were sent."""
import subprocess
import time

# In each callback the picture that is about to be shown is drawn and its squares are read. A number whose
# complement below does not fit is none: the picture is damaged.
READER = """(() => {
  const video = [...document.querySelectorAll("video")].find(video => video.videoWidth)
  if (!video) return false
  const canvas = document.createElement("canvas")
  canvas.width = 600, canvas.height = 160
  const context = canvas.getContext("2d", {willReadFrequently: true})
  const seen = window.numbersSeen = {shown: [], damaged: 0, stopped: false}
  const look = (now, frame) => {
    context.drawImage(video, 0, 0, 600, 160, 0, 0, 600, 160)
    const pixels = context.getImageData(0, 0, 600, 160).data
    const isLit = (bit, row) => pixels[4 * (600 * (52 + 56 * row) + 52 + 56 * bit)] > 127
    let number = 0, isWhole = video.videoWidth == 640
    for (let bit = 0; bit < 10; bit++) {
      if (isLit(bit, 0)) number += 1 << bit
      isWhole &&= isLit(bit, 0) != isLit(bit, 1)
    }
    if (isWhole) seen.shown.push([number, frame.expectedDisplayTime])
    else seen.damaged++
    if (!seen.stopped) video.requestVideoFrameCallback(look)
  }
  video.requestVideoFrameCallback(look)
  return true
})()"""


class Watch:
    """Reads numbers off the page's picture until `end`."""

    def __init__(self, browser):
        self.browser = browser
        if not browser.evaluate(READER):
            raise SystemExit("the page has no picture to read")
        self.offset, self.uncertainty = self.compare_clocks()

    def compare_clocks(self):
        """What the page's clock is to be added to for ours, in ns: from the quickest of many askings."""
        best = None
        for _ in range(40):
            before = time.monotonic_ns()
            page = self.browser.evaluate("performance.now()")
            after = time.monotonic_ns()
            if best is None or after - before < best[1]:
                best = ((before + after) / 2 - page * 1e6, after - before)
        return best[0], best[1] / 2

    def end(self, begun, ended, sendings):
        """The delays in ms of what was shown between two moments, and how much was sent in that time."""
        seen = self.browser.evaluate("(window.numbersSeen.stopped = true, window.numbersSeen)")
        delays, shown = [], set()
        for number, page_time in seen["shown"]:
            moment = page_time * 1e6 + self.offset
            if begun <= moment <= ended:
                sent = max((at for at in sendings.get(number, []) if at < moment + 1e9), default=None)
                if sent is not None:
                    delays.append((moment - sent) / 1e6)
                    shown.add((number, sent))
        delays.sort()
        in_time = sum(begun <= at <= ended for times in sendings.values() for at in times)
        return {
            "sent": in_time, "shown": len(shown), "damaged": seen["damaged"], "clock": self.uncertainty / 1e6,
            "delays": [round(delays[min(len(delays) - 1, len(delays) * share // 100)], 1) for share in (50, 95, 99)],
        }


def read_sendings(path):
    """The moments at which each number was sent."""
    sendings = {}
    with open(path) as file:
        for line in file:
            if line.endswith("\n"):
                number, at = line.split()
                sendings.setdefault(int(number), []).append(int(at))
    return sendings


def last_recorded(path):
    """The number in the last picture of a recording."""
    width, height = 600, 160
    command = ["ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-vf", f"crop={width}:{height}:0:0,format=gray"]
    pictures = subprocess.check_output([*command, "-f", "rawvideo", "-"])
    last = pictures[-width * height:]
    lit = [[last[width * (52 + 56 * row) + 52 + 56 * bit] > 127 for bit in range(10)] for row in range(2)]
    if lit[0] == lit[1] or any(above == below for above, below in zip(*lit)):
        raise SystemExit("the last picture of the recording has no number")
    return sum(1 << bit for bit in range(10) if lit[0][bit])
