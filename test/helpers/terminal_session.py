"""Runs a program on a terminal of its own, as somebody would: `terminal_session.py STEPS PROGRAM ARG…`.

STEPS is JSON: [text to wait for, text to type] pairs. All that the terminal showed goes to stdout; the exit
code is the program's.
"""

import json
import os
import pty
import select
import sys
import time

steps: list[list[str]] = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = ""
deadline = time.monotonic() + 90
while time.monotonic() < deadline:
    if steps and steps[0][0] in seen:
        seen = seen.split(steps[0][0], 1)[1]
        os.write(terminal, steps.pop(0)[1].encode())
        continue
    if not select.select([terminal], [], [], 1)[0]:
        continue
    try:
        text = os.read(terminal, 65536)
    except OSError:
        break
    if not text:
        break
    seen += text.decode(errors="replace")
    sys.stdout.buffer.write(text)
    sys.stdout.flush()
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
