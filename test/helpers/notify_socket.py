"""Stands in for systemd: prints each datagram that reaches a unix socket as one JSON line.

Arguments: the socket's name, where a leading @ means an abstract one.
"""

import json
import socket
import sys

name = sys.argv[1]
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
    receiver.bind("\0" + name[1:] if name.startswith("@") else name)
    print(json.dumps("listening"), flush=True)
    while True:
        print(json.dumps(receiver.recv(4096).decode()), flush=True)
