"""Listening sockets, opened before anything else is, so that a taken port is a sentence and not a stack."""

import socket

BACKLOG = 256


def listen(host: str, port: int, setting: str) -> socket.socket:
    """Return a socket that listens on `host`:`port`; raise `OSError` with a sentence that names `setting` otherwise."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host.strip("[]"), port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(f"cannot listen on {host}:{port}: {reason}. Set {setting} to a free port.") from error
    listening.settimeout(0)
    return listening
