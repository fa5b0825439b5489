"""Chromium on the recorder's page: cameras of its list, stopped and started again there.

listed_cameras_page.py SFU RECORDER [PICTURES]

Records one camera that is there and one that never is. Prints as JSON what the page and the API showed of both.
PICTURES is a folder for pictures of the pages.
"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile

from browser import Browser
from page_recorder import HERE, Recorder, call
from sfu import wait_for

CARDS = """Object.fromEntries([...document.querySelectorAll("li[data-id]")].map((card) =>
  [card.dataset.id, [card.querySelector(".badge").textContent, card.querySelector("a .small").textContent]]))"""
BUTTONS = "[...document.querySelectorAll('.hero .actions button')].map((button) => button.textContent)"


def until(browser, script, wanted, what):
    """What `script` gives, once it is as wanted."""
    def seen():
        found = browser.evaluate(script)
        return [found] if wanted(found) else None
    return wait_for(seen, 40, what)[0]


def visit(browser, name):
    browser.evaluate(f"(location.hash = '#/recording/{name}', true)")
    return until(browser, BUTTONS, lambda found: "Start" in found, f"the page of {name}")


def start(browser):
    browser.evaluate("(document.querySelector('.hero .actions .primary').click(), true)")
    return until(browser, BUTTONS, lambda found: "Start" not in found and found, "another button")


def picture(browser, name):
    if len(sys.argv) > 3:
        browser.screenshot(f"{sys.argv[3]}/{name}.png")


def look(recorder, browser):
    until(browser, CARDS, lambda found: found.get("door", [""])[0] == "Recording" and "gate" in found, "both cameras")
    wait_for(lambda: recorder.described("door")["duration_seconds"] > 2, 40, "two seconds")
    for name in ("door", "gate"):
        recorder.stop(name)
    stopped = until(browser, CARDS, lambda found: [badge for badge, _ in found.values()] == ["Stopped", "Stopped"], "both stopped")
    picture(browser, "listed-stopped")
    health = call(recorder.url + "/health")
    gate = {"buttons": visit(browser, "gate")}
    picture(browser, "listed-gate")
    gate["started"] = start(browser)
    door = {"buttons": visit(browser, "door"), "files": recorder.described("door")["file_count"]}
    picture(browser, "listed-door")
    door["started"] = start(browser)
    until(browser, "globalThis.player?.isLive && document.querySelector('video').readyState > 2", bool, "the growing end")
    return {"stopped": stopped, "health": health, "gate": gate, "door": door, "now": call(recorder.url + "/health")}


def main():
    camera = subprocess.Popen(["/usr/bin/python3", str(HERE / "rtsp_camera.py")], stdout=subprocess.PIPE, text=True)
    try:
        with tempfile.TemporaryDirectory(prefix="sluice-listed-") as folder:
            cameras = pathlib.Path(folder, "cameras.json")
            door = f"rtsp://127.0.0.1:{int(camera.stdout.readline())}/live"
            cameras.write_text(json.dumps([{"name": "door", "source": door}, {"name": "gate", "source": "rtsp://127.0.0.1:1/live"}]))
            with Recorder(sys.argv[2], "--cameras", str(cameras)) as recorder, Browser("chromium", recorder.url + "/") as browser:
                print(json.dumps(look(recorder, browser)))
    finally:
        camera.terminate()
        camera.communicate(timeout=30)


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main()
