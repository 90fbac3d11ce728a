"""llama.cpp's server, as a peer of ours: prints its address as JSON, and ends with its standard input.

Arguments: the model's file, how many requests it takes at once, and how many tokens each may have.
"""

from __future__ import annotations

import json
import os
import sys

import xllamacpp

path, slots, tokens = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
params = xllamacpp.CommonParams()
params.model.path = path
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_parallel = slots
params.n_ctx = slots * tokens
params.ui = False
# Its own program finds this out; the library takes more threads than there are cores, which then wait for each other.
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = len(os.sched_getaffinity(0))
server = xllamacpp.Server(params)
print(json.dumps({"url": server.listening_address}), flush=True)
sys.stdin.read()
# Its threads are in no state worth tidying up.
os._exit(0)
