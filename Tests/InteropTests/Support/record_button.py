"""The record button of sfu's page, and what plays and downloads a recording behind a secret.

record_button.py SFU open|secret|none [SCREENSHOTS]

open: a room is recorded by the button before anybody sends in it, and until it is stopped.
secret: the same where tokens are wanted: who has no `admin` is refused in words; ffmpeg, the recordings page and a
browser's download read what was recorded.
none: without --recordings there is no button.
With a folder for SCREENSHOTS the page is photographed there, light and dark, wide and narrow.
"""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from browser import Browser
from sfu import Server, wait_for

API = "/api/v1/recordings"
SECRET = b"a secret of more than sixteen octets"
ROOM = "/#/room/demo"
SEEN = """(() => {
  const button = document.querySelector(".record"), line = document.querySelector(".recorded");
  return button && { button: button.textContent, disabled: button.disabled, line: line.hidden ? "" : line.querySelector("span[role]").textContent,
    state: line.dataset.state, link: line.querySelector("a").hidden ? "" : line.querySelector("a").getAttribute("href") };
})()"""
PRESS = "(document.querySelector('.record').click(), true)"
FAILED = "performance.getEntriesByType('resource').filter((e) => e.responseStatus >= 400).map((e) => `${e.responseStatus} ${new URL(e.name).pathname}`)"
# Wide as it should be, in its colours, at rest and painted so twice.
DRAWN = """innerWidth === {width} && matchMedia("(prefers-color-scheme: {scheme})").matches && document.fonts.status === "loaded"
  && document.getAnimations().every((each) => each.playState !== "running" || each.effect.getComputedTiming().iterations === Infinity)
  && new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))"""
POLLED = "performance.getEntriesByType('resource').filter((e) => new URL(e.name).pathname === '/rooms/demo').length"
VIDEO = "document.querySelector('video')"


def token(**claims):
    def encoded(octets):
        return base64.urlsafe_b64encode(octets).rstrip(b"=")
    signed = encoded(b'{"alg":"HS256"}') + b"." + encoded(json.dumps({"exp": int(time.time()) + 600, **claims}).encode())
    return (signed + b"." + encoded(hmac.new(SECRET, signed, hashlib.sha256).digest())).decode()


def call(url, method="GET", bearer=None):
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers, method=method), timeout=20) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def seen(browser, what, condition, seconds=60):
    last = []

    def look():
        last[:] = [browser.evaluate(SEEN)]
        return last[0] and condition(last[0]) and last[0]
    try:
        return wait_for(look, seconds, what)
    except SystemExit:
        raise SystemExit(f"in vain: {what}; last seen {last}") from None


def lasts(now, seconds):
    """Whether so many seconds are recorded, whichever of them the page has shown."""
    shown = re.search(r" 0:(\d\d) ", now["line"])
    return now["state"] == "recording" and shown and int(shown[1]) >= seconds


def photograph(browser, folder, name):
    if not folder:
        return
    for scheme in ("light", "dark"):
        for width, height in ((1280, 800), (390, 844)):
            browser.call("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
            browser.call("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
            wait_for(lambda: browser.evaluate(DRAWN.format(width=width, scheme=scheme)), 10, f"it is {width} wide and {scheme}")
            browser.screenshot(f"{folder}/{name}-{scheme}-{width}.png")
    browser.call("Emulation.clearDeviceMetricsOverride", {})


def publish(browser):
    """Has this page publish, without being loaded anew."""
    browser.evaluate("(location.hash = '#/room/demo?publish=1&name=alice&codec=H264&size=360', true)")
    wait_for(lambda: browser.evaluate("window.sluice.publication?.state === 'live'"), 60, "a publication")


def opened(sfu, folder, photos):
    with Server(sfu, "--rtc", "127.0.0.1:0", "--recordings", folder) as server:
        with Browser("chromium", server.url + ROOM) as browser:
            first = seen(browser, "a button", lambda now: True)
            photograph(browser, photos, "idle")
            browser.evaluate(PRESS)
            waiting = seen(browser, "it waits", lambda now: now["state"] == "pending")
            photograph(browser, photos, "waiting")
            publish(browser)
            growing = seen(browser, "it records", lambda now: lasts(now, 3))
            photograph(browser, photos, "recording")
            browser.evaluate(PRESS)
            done = seen(browser, "it is over", lambda now: now["state"] == "completed")
            photograph(browser, photos, "completed")
            failed = browser.evaluate(FAILED)
            shared = somebody_elses(server, browser)
            browser.go(server.url + done["link"])
            played = wait_for(lambda: browser.evaluate(f"{VIDEO} && {VIDEO}.currentTime > 1 && {VIDEO}.videoWidth"), 40, "it is played")
            photograph(browser, photos, "watch")
            title = browser.evaluate("document.querySelector('h1').textContent")
    return {"first": first, "waiting": waiting, "growing": growing, "done": done, "failed": failed, "played": played, "title": title,
            "shared": shared,
            "exit": server.code}


def somebody_elses(server, browser):
    """The button where somebody else has begun a recording since the page has looked."""
    body = json.dumps({"room_id": "demo"}).encode()
    with urllib.request.urlopen(urllib.request.Request(server.url + API + "/start", body), timeout=20) as answer:
        recording = json.loads(answer.read())["recording_id"]
    browser.evaluate(PRESS)
    shown = seen(browser, "that one is shown", lambda now: now["state"] == "recording" and now["link"])
    browser.evaluate(PRESS)
    seen(browser, "it is over", lambda now: now["state"] == "completed")
    return shown["link"].endswith(recording)


def ffmpeg(url, *options):
    # A busy browser's pictures come unevenly: times must not be rounded to those of an even rate.
    done = subprocess.run(
        ["timeout", "40", "ffmpeg", "-v", "error", "-xerror", *options, "-i", url, "-fps_mode", "passthrough", "-enc_time_base:v", "1:90000",
         "-f", "null", "-"], capture_output=True, text=True)
    return done.stderr + (f"ended with {done.returncode}" if done.returncode else "")


def refusals(server, recording, admin, link, file):
    """What tokens in addresses do not open, and other recordings' tokens; and one file by its name, which they do."""
    base, one = server.url + API, f"{server.url}/hls/{recording}/index.m3u8"
    stem = file.split("?")[0].split("/")[-1].split(".")[0]
    other = token(recording="other")
    return {
        "one file": call(f"{server.url}/hls/{stem}/index.m3u8?token={link}")[0], "one file of another": call(f"{server.url}/hls/{stem}/index.m3u8?token={other}")[0],
        "no file": call(f"{server.url}/hls/{recording}_20260101_000000/index.m3u8?token={link}")[0],
        "playlist without": call(one)[0], "playlist of another": call(f"{one}?token={other}")[0], "playlist with nonsense": call(one + "?token=x")[0],
        "list by link": call(f"{base}?token={link}")[0], "list by admin's address": call(f"{base}?token={admin}")[0],
        "stop by link": call(f"{base}/{recording}/stop?token={link}", "POST")[0], "delete by link": call(f"{base}/{recording}?token={admin}", "DELETE")[0],
        "list by link's header": call(base, bearer=link)[0], "another's file": call(f"{server.url}/recordings/other_20260101_000000.ts?token={link}")[0],
        "page": call(server.url + "/recordings/")[0], "file without": call(f"{server.url}/recordings/{recording}_20260101_000000.ts")[0],
    }


def play(server, recording, admin):
    """The addresses that are handed on, read by ffmpeg."""
    status, body, headers = call(f"{server.url}{API}/{recording}/download-url?expires_in=120", bearer=admin)
    addresses = json.loads(body)
    link = addresses["playlist_url"].split("token=")[1]
    playlist = call(server.url + addresses["playlist_url"])
    return {
        "link": link, "isNarrow": link != admin, "policy": headers.get("referrer-policy"),
        "carried": all("?token=" + link in line for line in playlist[1].decode().split("\n") if line and (not line.startswith("#") or "URI=" in line)),
        "ffmpeg": ffmpeg(server.url + addresses["playlist_url"], "-live_start_index", "0", "-t", "3"),
        "admin": ffmpeg(f"{server.url}/hls/{recording}/index.m3u8?token={admin}", "-live_start_index", "0", "-t", "3"),
        "refused": refusals(server, recording, admin, link, addresses["files"][0]), "files": addresses["files"], "thumbnail": call(server.url + addresses["thumbnail_url"])[0],
    }


def watch(browser, server, link, downloads):
    """The recordings page with the token of the tab: a picture, the player, a download."""
    browser.go(server.url + "/recordings/")
    wait_for(lambda: browser.evaluate("document.querySelector('.recording img')?.naturalWidth > 0"), 30, "a thumbnail")
    browser.go(server.url + link)
    width = wait_for(lambda: browser.evaluate(f"{VIDEO} && {VIDEO}.currentTime > 1 && {VIDEO}.videoWidth"), 40, "it is played")
    browser.call("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": downloads})
    browser.evaluate("(document.querySelector('.files a').click(), true)")
    saved = lambda: [file for file in pathlib.Path(downloads).iterdir() if file.suffix == ".ts"]
    file = wait_for(lambda: saved() and saved()[0].stat().st_size and saved()[0], 30, "a download")
    sizes = []

    def rests():
        sizes.append(file.stat().st_size)
        return len(sizes) > 5 and len(set(sizes[-5:])) == 1
    wait_for(rests, 30, "the download has come to its end")
    return {"width": width, "problem": browser.evaluate("player.problem"), "name": file.name, "bytes": file.stat().st_size}


def another(browser, server, text):
    """Who was refused with one token enters another, on either page: what is asked, and what is shown then."""
    found = []
    for path, shown in (("/", "document.querySelector('.room-card h2')?.textContent"), ("/recordings/", "document.querySelector('.recording h2')?.textContent")):
        browser.evaluate(f"(sessionStorage.setItem('sluice.token', '{text[0]}'), true)")
        browser.go(server.url + path)
        wait_for(lambda: browser.evaluate("Boolean(document.querySelector('.notice:not([hidden]) button'))"), 20, "it is refused")
        browser.evaluate("(document.querySelector('.notice button').click(), true)")
        asked = wait_for(lambda: browser.evaluate("document.querySelector('dialog[open] #token-why')?.textContent"), 10, "a token is asked for")
        browser.evaluate(f"(document.querySelector('#token').value = '{text[1]}', document.querySelector('dialog .primary').click(), true)")
        found.append([asked, wait_for(lambda: browser.evaluate(shown), 20, "it is shown")])
    return found


def secret(sfu, folder, photos):
    key = pathlib.Path(folder, "secret")
    key.write_bytes(SECRET)
    place, downloads = pathlib.Path(folder, "recordings"), pathlib.Path(folder, "downloads")
    place.mkdir()
    downloads.mkdir()
    admin, guest = token(admin=True), token(room="demo", publish=True, subscribe=True)
    with Server(sfu, "--rtc", "127.0.0.1:0", "--recordings", str(place), "--auth-secret", str(key)) as server:
        with Browser("chromium", server.url + "/icon.svg") as browser:
            enter = lambda text: browser.evaluate(f"(sessionStorage.setItem('sluice.token', '{text}'), true)")
            wait_for(lambda: enter(guest), 20, "a token is kept")
            browser.go(server.url + ROOM)
            seen(browser, "a button", lambda now: True)
            publish(browser)
            quiet = browser.evaluate(FAILED)
            browser.evaluate(PRESS)
            refused = seen(browser, "it is refused", lambda now: now["line"])
            photograph(browser, photos, "refused")
            enter(admin)
            browser.evaluate(PRESS)
            growing = seen(browser, "it records", lambda now: lasts(now, 5))
            recording = growing["link"].split("/")[-1]
            # ffmpeg knows segments alone, and the first ends with the second key frame.
            playlist = f"{server.url}/hls/{recording}/index.m3u8?token={admin}"
            wait_for(lambda: b"#EXTINF" in call(playlist)[1], 30, "a segment")
            while_growing = play(server, recording, admin)
            browser.evaluate(PRESS)
            done = seen(browser, "it is over", lambda now: now["state"] == "completed")
            with Browser("chromium", server.url + "/icon.svg") as other:
                entered = another(other, server, [guest, admin])
                other.go(server.url + "/recordings/#/recording/%E0%A4%A")
                torn = wait_for(lambda: other.evaluate("document.querySelector('.hero p')?.textContent.includes('%E0') && document.querySelector('h1').textContent"), 20, "a torn address")
            after = play(server, recording, admin)
            whole = ffmpeg(server.url + after["files"][0])
            watched = watch(browser, server, done["link"], str(downloads))
            size = (place / watched["name"]).stat().st_size
        log = server.process.stderr.read() or ""
    tokens = [admin, guest, while_growing.pop("link"), after.pop("link")]
    return {"quiet": quiet, "refused": refused, "growing": while_growing, "after": after, "whole": whole, "watched": watched, "size": size,
            "entered": entered, "torn": torn,
            "leaks": sum(text in log for text in tokens), "logged": len(log), "exit": server.code}


def none(sfu, folder, photos):
    with Server(sfu, "--rtc", "127.0.0.1:0") as server:
        with Browser("chromium", server.url + ROOM) as browser:
            wait_for(lambda: browser.evaluate("Boolean(document.querySelector('.room-bar .actions button'))"), 30, "the room")
            wait_for(lambda: browser.evaluate(POLLED) > 1, 30, "the room is asked for a second time")
            result = {"button": browser.evaluate(SEEN), "failed": [each for each in browser.evaluate(FAILED) if "/rooms/" not in each]}
            browser.go(server.url + "/")
            wait_for(lambda: browser.evaluate("Boolean(document.querySelector('.opener'))"), 30, "the rooms")
            result["links"] = browser.evaluate("[...document.querySelectorAll('a')].filter((a) => a.href.includes('recordings')).length")
    return result | {"exit": server.code}


def main():
    sfu, scenario = sys.argv[1:3]
    photos = sys.argv[3] if len(sys.argv) > 3 else ""
    if photos:
        os.makedirs(photos, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sluice-button-") as folder:
        print(json.dumps({"open": opened, "secret": secret, "none": none}[scenario](sfu, folder, photos)))


signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})  # tests' threads block them
main()
