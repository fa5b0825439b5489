"""Builds the peer of the benchmarks with Debian's Go and Pion, and becomes it. pion_server.py active|passive"""
import os
import sys

from pion_build import built

here = "127.0.0.1:0"
os.execv(built("Benchmarks/Peers/Pion"), ["pion", here, here, sys.argv[1], "any"])
