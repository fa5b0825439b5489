"""Where a recorder listens."""
import re
import threading

PATIENCE = 30  # seconds


def recorder_port(process):
    """The port of its API, by its log. What it deletes and mends at its start may be told before."""
    said, limit = "", threading.Timer(PATIENCE, process.kill)
    limit.start()
    try:
        for line in process.stderr:
            said += line
            if found := re.search(r"port (\d+)", line):
                return int(found.group(1))
    finally:
        limit.cancel()
    raise SystemExit(f"the recorder told no port: {said}")
