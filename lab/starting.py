"""Starting a supervisor, and hearing from it until it lets go or ends."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab.errors import LabError, from_json
from lab.freshness import ROOT
from lab.options import DETACH, UpOptions


class Starting:
    """A supervisor that this process has started, and that ends with it unless it is let go."""

    def __init__(self, options: UpOptions) -> None:
        self._options = options
        self.asked_to_end = False
        self._process = subprocess.Popen(  # noqa: S603 -- this very Python
            [sys.executable, "-m", "lab.supervisor", options.to_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # A folder of somebody's own services would be found before ours, if the lab were started in it.
            cwd=ROOT if Path("services").is_dir() else None,
        )

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield what happens, until the supervisor ends. Raises the LabError that made it end."""
        problem: LabError | None = None
        stray: list[str] = []
        assert self._process.stdout is not None  # noqa: S101 -- a pipe, see above
        for line in self._process.stdout:
            try:
                event: dict[str, Any] = json.loads(line)
            except ValueError:
                stray.append(line.decode(errors="replace").rstrip())
                continue
            if event["event"] == "error":
                problem = from_json(event["error"])
            else:
                yield event
        code = self._process.wait()
        if problem is not None:
            raise problem
        if code != 0 and not self.asked_to_end:
            log = self._options.where().log("supervisor")
            raise LabError(
                f"The supervisor ended unexpectedly ({code}). {' '.join(stray[-1:])}".strip(), hint=f"See {log}."
            )

    def let_go(self) -> None:
        """Leave the lab running when this process ends."""
        assert self._process.stdin is not None  # noqa: S101 -- a pipe, see above
        self._process.stdin.write(DETACH)
        self._process.stdin.close()

    def end(self) -> None:
        """Have the lab end in good order, or, when asked again, at once; `events` tells when it has."""
        self._process.send_signal(signal.SIGKILL if self.asked_to_end else signal.SIGTERM)
        self.asked_to_end = True
