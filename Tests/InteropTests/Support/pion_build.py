"""Builds programs with Debian's Go and Pion."""
import os
import pathlib
import shutil
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[3]


def built(folder):
    """The program made of a folder of the repository."""
    name = pathlib.Path(folder).name.lower()
    work = root / ".build/pion"
    # Debian's libraries are for GOPATH, where import paths with a version need sources that have a go.mod.
    package = work / "src/sluice" / name
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(root / folder, package)
    (package / "go.mod").write_text(f"module sluice/{name}\n")
    environment = dict(
        os.environ, GO111MODULE="off", GOFLAGS="", GOPATH=f"{work}:/usr/share/gocode",
        GOCACHE=str(work / "cache"))
    subprocess.run(
        ["go", "build", "-o", work / name, "."], cwd=package, env=environment, check=True, stdout=sys.stderr)
    return work / name
