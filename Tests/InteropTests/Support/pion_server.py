"""Builds the server in pion/ with Debian's Go and Pion, and becomes it. pion_server.py active|passive"""
import os
import sys

from pion_build import built

os.execv(built("pion"), ["pion", *sys.argv[1:]])
