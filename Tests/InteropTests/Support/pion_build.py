"""Builds a program of this folder with Debian's Go and Pion."""
import os
import pathlib
import shutil
import subprocess
import sys

support = pathlib.Path(__file__).resolve().parent


def built(name):
    """The program made of the folder `name`."""
    work = support.parents[2] / ".build/pion"
    # Debian's libraries are for GOPATH, where import paths with a version need sources that have a go.mod.
    package = work / "src/sluice" / name
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(support / name, package)
    (package / "go.mod").write_text(f"module sluice/{name}\n")
    environment = dict(
        os.environ, GO111MODULE="off", GOFLAGS="", GOPATH=f"{work}:/usr/share/gocode",
        GOCACHE=str(work / "cache"))
    subprocess.run(
        ["go", "build", "-o", work / name, "."], cwd=package, env=environment, check=True, stdout=sys.stderr)
    return work / name
