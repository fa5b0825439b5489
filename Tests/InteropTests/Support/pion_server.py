"""Builds the server in pion/ with Debian's Go and Pion, and becomes it. pion_server.py active|passive"""
import os
import pathlib
import shutil
import subprocess
import sys

support = pathlib.Path(__file__).resolve().parent
work = support.parents[2] / ".build/pion"
# Debian's libraries are for GOPATH, where import paths with a version need sources that have a go.mod.
package = work / "src/sluice/pion"
shutil.rmtree(package, ignore_errors=True)
shutil.copytree(support / "pion", package)
(package / "go.mod").write_text("module sluice/pion\n")
environment = dict(
    os.environ, GO111MODULE="off", GOFLAGS="", GOPATH=f"{work}:/usr/share/gocode", GOCACHE=str(work / "cache"))
subprocess.run(["go", "build", "-o", work / "pion", "."], cwd=package, env=environment, check=True, stdout=sys.stderr)
os.execv(work / "pion", ["pion", *sys.argv[1:]])
