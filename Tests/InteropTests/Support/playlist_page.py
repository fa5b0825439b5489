"""The recordings page's reading of playlists, in Chromium, with a clock and answers that the test makes.

playlist_page.py

Prints as JSON what was asked for, and what the page made of the answers.
"""
import functools
import http.server
import json
import pathlib
import threading

from browser import Browser
from sfu import wait_for

PAGE = pathlib.Path(__file__).resolve().parents[3] / "Sources/RecordingAPI/Page"
PREPARE = """(async () => {
  const { Playlist } = await import("/playlist.js");
  globalThis.clock = 0;
  performance.now = () => globalThis.clock * 1000;
  globalThis.Reader = class {
    asked = [];
    playlist = new Playlist("/index.m3u8");
    // Segments of two seconds with their numbers from..to, and two parts of the next.
    text({ from = 0, to, skipped = 0, first = from }) {
      const lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:4",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.600000,CAN-SKIP-UNTIL=24.0",
        `#EXT-X-MEDIA-SEQUENCE:${from}`];
      if (skipped) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`);
      lines.push('#EXT-X-MAP:URI="a.ts/init.mp4"');
      for (let n = from + skipped; n < to; n++) lines.push("#EXTINF:2.000000,", `a.ts/s${first + n - from}.m4s`);
      for (let n = 0; n < 2; n++) lines.push(`#EXT-X-PART:DURATION=0.200000,URI="a.ts/p${first + to - from}.${n}.m4s"`);
      return lines.join("\\n") + "\\n";
    }
    async load(answer, after = 1) {
      globalThis.clock += after;
      globalThis.fetch = async (url) => {
        this.asked.push(new URL(url).search);
        return typeof answer === "number" ? new Response("", { status: answer }) : new Response(this.text(answer));
      };
      try { await this.playlist.load(); return ""; } catch (error) { return error.message; }
    }
    get seen() {
      const { segments, open, first, end } = this.playlist;
      const [head, last] = [segments[0], segments.at(-1)];
      return { count: segments.length, first, end, number: head.number, lastNumber: last.number, lastStart: last.start,
        file: head.file, openFile: open.file, openNumber: open.number, asked: this.asked.at(-1),
        isEven: segments.every((segment, i) => segment.number === head.number + i && Math.abs(segment.start - first - 2 * i) < 1e-6) };
    }
  };
  return true;
})()"""
CASES = {
    "followed": "await r.load({ to: 30 }); await r.load({ to: 31, skipped: 18 });",
    "slept": "await r.load({ to: 30 }); await r.load({ to: 330 }, 600);",
    "short": "await r.load({ to: 30 }); failures.push(await r.load({ to: 330, skipped: 310 }));",
    "shortThenWhole": "await r.load({ to: 30 }); await r.load({ to: 330, skipped: 310 }); await r.load({ to: 330 });",
    "refused": "await r.load({ to: 30 }); failures.push(await r.load(400)); await r.load({ to: 12, first: 20 });",
    "busy": "await r.load({ to: 30 }); failures.push(await r.load(503)); await r.load({ to: 31, skipped: 18 });",
    "frontDeleted": "await r.load({ to: 15 }); await r.load({ from: 10, to: 16 });",
    "allDeleted": "await r.load({ to: 30 }); await r.load({ from: 100, to: 110 }, 600);",
}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(PAGE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found = {}
    with Browser("chromium", f"http://127.0.0.1:{server.server_port}/format.js") as browser:
        wait_for(lambda: browser.evaluate(PREPARE), 30, "the page's script")
        for name, steps in CASES.items():
            found[name] = browser.evaluate(
                f"(async () => {{ const r = new Reader(), failures = []; {steps} return {{ ...r.seen, failures }}; }})()")
    server.shutdown()
    print(json.dumps(found))


main()
