"""Runs a program on a terminal of its own, as somebody would: `terminal_session.py STEPS PROGRAM ARG…`.

STEPS is JSON: [text to wait for, text to type] pairs; null in place of what to type closes the terminal. All that it
showed goes to stdout; the exit code is the program's, 247 where it had to be killed. With OTHERS_TERMINAL=1 the terminal
belongs to another session, so that its end brings no SIGHUP.
"""

import json
import os
import pty
import select
import signal
import sys
import time

steps: list[list[str | None]] = json.loads(sys.argv[1])
if "OTHERS_TERMINAL" in os.environ:
    terminal, own = pty.openpty()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        for stream in (0, 1, 2):
            os.dup2(own, stream)
        os.closerange(3, 256)
    else:
        os.close(own)
else:
    pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = ""
deadline = time.monotonic() + 160
while time.monotonic() < deadline:
    if steps and steps[0][0] in seen:
        seen = seen.split(steps[0][0], 1)[1]
        _, typed = steps.pop(0)
        if typed is None:
            os.close(terminal)
            break
        os.write(terminal, typed.encode())
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
signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
signal.alarm(max(1, int(min(60, deadline - time.monotonic()))))
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
