"""Runs the batching host with what it assumes of the costs of guessed tokens, instead of what it measures on this machine
at this moment: python fixed_costs.py …/host.py."""

import runpy
import sys
from pathlib import Path

host = sys.argv[1]
sys.path[0] = str(Path(host).parent)
sys.argv = [host]

from speculation import odds, speculation

odds.Costs.measure = lambda *_measured: None
# How long a trial took decides for how long there is none.
speculation.REST_AFTER_TRIAL = 0
runpy.run_path(host, run_name="__main__")
