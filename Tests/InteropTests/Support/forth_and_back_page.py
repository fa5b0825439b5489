"""Chromium on a recording, in which it goes forward, back, and plays on over what lies between.

forth_and_back_page.py SFU RECORDER

The page fetches two seconds ahead, not twenty: what stands before the recorder says so in its script. Prints as JSON
what was fetched, and which times were shown.
"""
import http.server
import json
import sys
import threading
import urllib.error
import urllib.request

from browser import Browser
from page_recorder import Recorder
from sfu import wait_for

VIDEO = "document.querySelector('video')"
GOING = """(async () => {
  const video = document.querySelector("video");
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const held = () => Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]);
  const settled = async () => { // nothing more has been fetched for a while
    for (let before = ""; before !== (before = JSON.stringify(held()));) await pause(700);
    return held();
  };
  const go = async (time) => {
    player.seek(time);
    await new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  };
  video.pause();
  await go(0.5);
  const first = await settled();
  await go(10);
  const forth = await settled();
  await go(0.5);
  const back = await settled();
  const shown = [video.currentTime];
  video.addEventListener("timeupdate", () => shown.push(video.currentTime));
  await video.play();
  for (let i = 0; i < 400 && video.currentTime < 11; i++) await pause(50);
  return { first, forth, back, shown, problem: player.problem };
})()"""


def front(recorder):
    """A server before the recorder whose page fetches less far ahead."""
    class Front(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = urllib.request.Request(recorder + self.path)
            if "range" in self.headers:
                asked.add_header("range", self.headers["range"])
            try:
                answer = urllib.request.urlopen(asked, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                octets = answer.read()
                if self.path.endswith("/player.js"):
                    assert octets.count(b"const AHEAD = 20;") == 1
                    octets = octets.replace(b"const AHEAD = 20;", b"const AHEAD = 2;")
                self.send_response(answer.status)
                self.send_header("content-type", answer.headers["content-type"])
                self.send_header("content-length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main():
    with Recorder(sys.argv[2]) as recorder:
        recorder.start("cam", recorder.camera(), 14)
        recorder.stop("cam")
        server = front(recorder.url)
        with Browser("chromium", f"http://127.0.0.1:{server.server_port}/#/recording/cam") as browser:
            wait_for(lambda: browser.evaluate(f"{VIDEO} && {VIDEO}.readyState > 2"), 40, "a picture")
            print(json.dumps(browser.evaluate(GOING)))
        server.shutdown()


main()
