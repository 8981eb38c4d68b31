"""The folder in which one lab keeps everything: databases, logs, and what it knows about its own run."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Where things lie below `root`, an absolute path. Labs with different homes do not see one another."""

    root: Path

    @classmethod
    def at(cls, path: str | Path) -> "Home":
        """Return the home at `path`, which may be relative and need not exist."""
        return cls(Path(path).expanduser().absolute())

    @property
    def data(self) -> Path:
        """Databases, one file each (and what SQLite puts next to it)."""
        return self.root / "data"

    @property
    def logs(self) -> Path:
        """One file of JSON lines per process."""
        return self.root / "logs"

    @property
    def evidence(self) -> Path:
        """What was logged, measured and traced."""
        return self.root / "evidence"

    @property
    def run(self) -> Path:
        """State, lock and key of the running lab."""
        return self.root / "run"

    @property
    def state_file(self) -> Path:
        """What other processes may know about the running lab; see `state.py`."""
        return self.run / "state.json"

    @property
    def lock_file(self) -> Path:
        """Locked (flock) as long as any process of a lab in this home lives."""
        return self.run / "lock"

    @property
    def key_file(self) -> Path:
        """Key of the agents' channel, 256 bits in hexadecimal, mode 0600."""
        return self.run / "channel.key"

    @property
    def secrets(self) -> Path:
        """What containers have to show one another; there is no such folder where all is on this machine."""
        return self.root / "secrets"

    @property
    def token_file(self) -> Path:
        """What callers show to the chaos controller; there is none where only this machine reaches it."""
        return self.secrets / "controller.token"

    @property
    def is_contained(self) -> bool:
        """Whether it is that of a lab in containers, seen from one of them."""
        return self.token_file.exists()

    @property
    def token(self) -> str | None:
        """What that file holds."""
        return self.token_file.read_text().strip() if self.is_contained else None

    @property
    def stop_file(self) -> Path:
        """While it is there no fault is on and none can be switched on; anybody may make it."""
        return self.run / "STOP"

    @property
    def operations_file(self) -> Path:
        """What the people on call have done, one JSON object per line; only ever appended to."""
        return self.run / "operations.jsonl"

    @property
    def proofs_file(self) -> Path:
        """What came of every proof of a repair, one JSON object per line; only ever appended to."""
        return self.run / "proofs.jsonl"

    @property
    def drill_file(self) -> Path:
        """Where a drill that is on listens; it tells nothing else of it."""
        return self.run / "drill.json"

    @property
    def scores_file(self) -> Path:
        """The sheets of all drills, and how they were marked, one JSON object per line; only ever appended to."""
        return self.run / "scores.jsonl"

    def database(self, name: str) -> Path:
        """Return the file of one database."""
        return self.data / f"{name}.db"

    def log(self, instance: str) -> Path:
        """Return the log file of one process."""
        return self.logs / f"{instance}.log"

    def sealed_log(self, instance: str) -> Path:
        """Return the log file of a process whose log is not for those who look for a fault."""
        return self.run / f"{instance}.log"

    def __str__(self) -> str:
        try:
            return str(self.root.relative_to(Path.cwd()))
        except ValueError:
            return str(self.root)
