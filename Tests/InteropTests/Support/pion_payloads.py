"""Builds pion_payloads/ and becomes it: pion_payloads.py pack|unpack IN OUT"""
import os
import sys

from pion_build import built

os.execv(built("Tests/InteropTests/Support/pion_payloads"), ["pion_payloads", *sys.argv[1:]])
