"""One bare service: `python -m benchmarks.bare.serve NAME PORT BASE_PORT DATA_DIRECTORY`."""

import sys
from importlib import import_module

import uvicorn

from benchmarks.bare.platform import arguments

KEEP_ALIVE_S = 60
"""Longer than httpx keeps an idle connection (5 s, which is what uvicorn would do): a call could be lost for good."""


def main(name: str, port: int, base_port: int, data: str) -> None:
    """Serve until SIGTERM."""
    app = import_module(f"benchmarks.bare.{name}").create_app(**arguments(name, base_port, data))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False, timeout_keep_alive=KEEP_ALIVE_S)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
