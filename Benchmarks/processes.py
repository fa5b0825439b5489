"""What every benchmark script needs: built products, pinned children that speak in lines, samples of /proc."""
import glob
import json
import os
import pathlib
import resource
import select
import socket
import subprocess
import sys
import time
import urllib.request

root = pathlib.Path(__file__).resolve().parent.parent
release = root / ".build/release"
# One core for the server, the other for everybody else, where there are two.
cores = sorted(os.sched_getaffinity(0))
server_core, load_cores = ({cores[0]}, set(cores[1:])) if len(cores) > 1 else (set(cores), set(cores))


def build(*products):
    """Builds products in release, and the allocation counter; answers the counter's path."""
    for product in products:
        command = ["swift", "build", "-c", "release", "--product", product]
        subprocess.run(command, cwd=root, check=True, stdout=sys.stderr)
    counter = root / ".build/allocations.so"
    source = root / "Benchmarks/Allocations/counter.c"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", counter, source], check=True)
    return counter


def judge(figures):
    """Ends with 1 when one of these figures is above its limit in thresholds.json. Sizes and what they make of
    their payload are the goals themselves; times are several times them, for a machine may have more to do."""
    limits = json.loads((root / "Benchmarks/thresholds.json").read_text())["limits"]
    above = [f"{name}: {figures[name]:g}, limit {limit:g}" for name, limit in limits.items() if figures.get(name, 0) > limit]
    if above:
        sys.exit("above the limit: " + "; ".join(above))


def allow_descriptors(count):
    """Raises `ulimit -n` for the children; says so where it may not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= count:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))
    except (ValueError, PermissionError):
        sys.exit(f"{count} open files are needed, {hard} allowed: ulimit -n {count}, as root")


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A child that speaks in lines, is pinned, and ends when the block does."""

    def __init__(self, arguments, affinity, urgent=False, **options):
        def prepare():
            os.sched_setaffinity(0, affinity)
            try:
                # Niceness counts among a session's own processes, a session's among sessions.
                os.setsid()
                os.setpriority(os.PRIO_PROCESS, 0, -15)
                if urgent:
                    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
                with open("/proc/self/autogroup", "w") as file:
                    file.write("-15")
            except OSError:
                pass  # not root: what else runs on this machine is then felt more

        self.child = subprocess.Popen(
            [str(argument) for argument in arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            preexec_fn=prepare, **options)
        self.pending = b""

    def tell(self, text):
        self.child.stdin.write(text.encode() + b"\n")
        self.child.stdin.flush()

    def line(self, prefix, seconds=90):
        limit = time.monotonic() + seconds
        while True:
            while b"\n" in self.pending:
                text, self.pending = self.pending.split(b"\n", 1)
                if text.startswith(prefix.encode()):
                    return text.decode()
                if text.startswith(b"error"):
                    raise RuntimeError(text.decode())
            ready = select.select([self.child.stdout], [], [], max(limit - time.monotonic(), 0))[0]
            chunk = os.read(self.child.stdout.fileno(), 65536) if ready else b""
            if not chunk:
                silence = "in time" if ready == [] else "before it ended"
                raise RuntimeError(f"{self.child.args} did not say {prefix!r} {silence}")
            self.pending += chunk

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.terminate()
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()


def sample(pid):
    """CPU seconds of all threads, resident octets, and the machine's (stolen, all) ticks."""
    cpu = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path) as file:
            cpu += int(file.read().split()[0])
    with open(f"/proc/{pid}/statm") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    with open("/proc/stat") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    return cpu / 1e9, resident, ticks[7], sum(ticks)


def pin_loops(pid):
    """Gives each media thread a core of its own, the first the server's."""
    for path in glob.glob(f"/proc/{pid}/task/*/comm"):
        with open(path) as file:
            words = file.read().split()
        if words[0] == "media":
            os.sched_setaffinity(int(path.split("/")[4]), {cores[int(words[1]) % len(cores)]})


def start(kind, cipher, environment=None, options=()):
    """The server under test, and what the generator must be told to find it. BACKEND seals for both."""
    backend = os.environ.get("BACKEND", "evp")
    port = free_port(socket.SOCK_DGRAM)
    if kind == "floor":
        server = Process([release / "Floor", port, cipher, backend], server_core, urgent=True)
        server.line("ready")
        return server, ["--floor", f"127.0.0.1:{port}"]
    http = free_port(socket.SOCK_STREAM)
    arguments = ["--http", f"127.0.0.1:{http}", "--rtc", f"127.0.0.1:{port}", "--log-level", "error", "--srtp-backend", backend, *options]
    server = Process([release / "sfu", *arguments], server_core, urgent=True, env=environment)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{http}/health", timeout=1).close()
            return server, ["--http", f"127.0.0.1:{http}"]
        except OSError:
            time.sleep(0.02)
    server.__exit__()
    raise RuntimeError("sfu did not come up")
