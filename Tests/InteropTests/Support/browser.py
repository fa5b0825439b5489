"""A headless browser on one page: Chromium by its DevTools protocol, Firefox by WebDriver BiDi."""
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request

import websocket

from sfu import wait_for

CHROMIUM = [
    "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--remote-debugging-port=0", "--remote-allow-origins=*", "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream=fps=30", "--allow-loopback-in-peer-connection", "--mute-audio",
    "--autoplay-policy=no-user-gesture-required", "--disable-background-networking", "--disable-component-update",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
FIREFOX = {
    "media.navigator.streams.fake": True, "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.loopback": True, "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.autoplay.default": 0, "media.devices.insecure.enabled": True, "media.getusermedia.insecure.enabled": True,
    "media.gmp-manager.url": "", "app.update.enabled": False, "extensions.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False, "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
}


class Browser:
    def __init__(self, kind, url):
        self.kind, self.count = kind, 0
        self.folder = tempfile.mkdtemp(prefix="sluice-browser-")
        self.log = open(f"{self.folder}/log", "wb")
        self.start(url)

    def start(self, url):
        if self.kind == "chromium":
            origin = re.match(r"https?://[^/]+", url).group(0)
            command = [*CHROMIUM, f"--user-data-dir={self.folder}", f"--unsafely-treat-insecure-origin-as-secure={origin}", "about:blank"]
        else:
            with open(f"{self.folder}/user.js", "w") as file:
                for key, value in FIREFOX.items():
                    file.write(f"user_pref({json.dumps(key)}, {json.dumps(value)});\n")
            command = ["firefox-esr", "--headless", "--no-remote", "--profile", self.folder, "--remote-debugging-port", "0", "about:blank"]
        environment = {**os.environ, "HOME": self.folder, "MOZ_DISABLE_CONTENT_SANDBOX": "1"}
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env=environment, start_new_session=True)
        try:
            self.connect_chromium() if self.kind == "chromium" else self.connect_firefox()
            self.go(url)
        except BaseException:
            self.close()
            raise

    def connect_chromium(self):
        path = f"{self.folder}/DevToolsActivePort"
        port = wait_for(lambda: os.path.exists(path) and open(path).read().split("\n")[0], 30, "chromium's port")
        def page():  # it answers before it has opened one
            targets = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=10))
            return next((target for target in targets if target["type"] == "page"), None)
        self.socket = self.dial(wait_for(page, 30, "chromium's page")["webSocketDebuggerUrl"])

    def connect_firefox(self):
        def address():
            found = re.search(rb"ws://127\.0\.0\.1:\d+", open(f"{self.folder}/log", "rb").read())
            return found and found.group(0).decode()
        self.socket = self.dial(wait_for(address, 60, "firefox's port") + "/session")
        self.call("session.new", {"capabilities": {}})
        self.context = self.call("browsingContext.getTree", {})["contexts"][0]["context"]

    def dial(self, url):
        return websocket.create_connection(url, timeout=120, suppress_origin=True)

    def call(self, method, parameters):
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.count:
                if "error" in message:
                    raise SystemExit(f"{method}: {json.dumps(message)[:500]}")
                return message["result"]

    def go(self, url):
        if self.kind == "chromium":
            self.call("Page.navigate", {"url": url})
        else:
            self.call("browsingContext.navigate", {"context": self.context, "url": url, "wait": "complete"})

    def evaluate(self, script):
        """The value of a JavaScript expression, promises awaited; `None` while the page has no answer."""
        script = f"(async () => JSON.stringify((await ({script})) ?? null))()"
        if self.kind == "chromium":
            result = self.call("Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True, "userGesture": True})
            if "exceptionDetails" in result:
                return None
        else:
            result = self.call("script.evaluate", {"expression": script, "target": {"context": self.context}, "awaitPromise": True, "userActivation": True})
            if result["type"] == "exception":
                return None
        return json.loads(result["result"].get("value") or "null")

    def screenshot(self, path):
        if self.kind == "chromium":
            data = self.call("Page.captureScreenshot", {"format": "png"})["data"]
        else:
            data = self.call("browsingContext.captureScreenshot", {"context": self.context})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def kill(self):
        """Ends the browser without a goodbye."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
