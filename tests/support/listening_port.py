"""A port that is free, for what has to listen there again and again."""

import socket


def free_port() -> int:
    """Return one of the loopback address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
