"""The real command `chaos` of Chaos Toolkit, in a folder of its own, asking nobody but our controller."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.toolkit import experiment, places
from tests.support.lab import ROOT, environment

CHAOS = Path(sys.executable).with_name("chaos")
JOURNAL = "journal.json"
FILE = "experiment.json"
WITHIN_S = 100.0

Json = dict[str, Any]


@dataclass(frozen=True)
class Toolkit:
    """Runs `chaos` in `folder`, where it leaves its log and its journal."""

    folder: Path

    def write(self, content: Json) -> None:
        """Write the experiment."""
        (self.folder / FILE).write_text(json.dumps(content))

    def start(self, verb: str, *options: str) -> "subprocess.Popen[str]":
        """Start `chaos VERB` with the experiment; the caller ends it."""
        settings = str(self.folder / "settings.yaml")  # which is not there: nothing of the person's own is read
        return subprocess.Popen(
            [CHAOS, "--no-version-check", "--settings", settings, verb, *options, FILE],
            cwd=self.folder,
            env=environment({"PYTHONPATH": str(ROOT)}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def validate(self) -> tuple[int, str]:
        """Run `chaos validate`; return exit code and output."""
        return ended(self.start("validate"))

    def run(self, *options: str, within_s: float = WITHIN_S) -> tuple[int, str]:
        """Run `chaos run`; return exit code and output."""
        return ended(self.start("run", "--rollback-strategy", "always", *options), within_s)

    def is_pausing(self) -> bool:
        """Whether `chaos run` has said that it waits after an activity."""
        log = self.folder / "chaostoolkit.log"
        return log.exists() and "Pausing after activity" in log.read_text()

    def journal(self) -> Json:
        """Return what `chaos run` has written."""
        written: Json = json.loads((self.folder / JOURNAL).read_text())
        return written


def ended(process: "subprocess.Popen[str]", within_s: float = WITHIN_S) -> tuple[int, str]:
    """Wait for the end; return exit code and output."""
    with process:  # which closes its pipe, also when it does not end in time
        try:
            output, _ = process.communicate(timeout=within_s)
        finally:
            process.kill()
    return process.returncode, output


def experiment_with(url: str, *method: Json, ttl_s: float = 1.0, **members: Any) -> Json:
    """Return a small experiment for the controller at `url`, with our control."""
    provider = {**experiment.CONTROL["provider"], "arguments": {"ttl_s": ttl_s}}
    return {
        "title": "A test",
        "description": "Of the extension.",
        "configuration": {places.URL: url},
        "controls": [{**experiment.CONTROL, "provider": provider}],
        "method": list(method),
        "rollbacks": [],
        **members,
    }


def paused(activity: Json, after_s: float) -> Json:
    """Return the activity with a pause after it."""
    return {**activity, "pauses": {"after": after_s}}
