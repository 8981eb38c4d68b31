"""PostgreSQL of our own: a cluster in a folder that goes with it, on a free port, for as long as the tests run."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.support.polling import poll_until
from tests.support.toxiproxies import free_port

ABSENT = "no PostgreSQL server (apt-get install postgresql): the same cases run on SQLite only"
USER = "postgres"
FOLDERS = Path("/tmp")  # noqa: S108 -- pytest's own are closed to other users, and PostgreSQL does not run as root
PREFIX = "nightshift-pg-"
IN_NO_HURRY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Nobody waits for the disk: no test survives a power cut."""


def programs() -> Path | None:
    """Return the folder with the programs of the newest PostgreSQL that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


@dataclass
class Cluster:
    """One server with its data in `folder`."""

    bin: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self, **settings: str) -> None:
        """Start the server, and wait until it answers."""
        wanted = {
            "port": str(self.port), "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
            "timezone": "UTC", "shared_buffers": "16MB", "max_connections": "100", **IN_NO_HURRY, **settings,
        }  # fmt: skip
        options = [part for name, value in wanted.items() for part in ("-c", f"{name}={value}")]
        # It ends with the tests, even when they are killed.
        command = ["setpriv", "--pdeathsig=INT", str(self.bin / "postgres"), "-D", str(self.folder), *options]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(_as_user(command), stdout=log, stderr=log)
        poll_until(self._answers, "PostgreSQL to answer", within_s=30.0)

    def stop(self, *, kill: bool = False) -> None:
        """Stop the server: by ending every session, or by SIGQUIT, which leaves no time for anything."""
        if self.process is not None:
            self.process.send_signal(3 if kill else 2)
            self.process.wait(30)
            self.process = None

    def signal(self, number: int) -> None:
        """Send a signal to the server and to each of its processes."""
        assert self.process is not None
        for child in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            os.kill(int(child), number)
        os.kill(self.process.pid, number)

    def run(self, statement: str, database: str = "postgres", **names: str) -> list[Any]:
        """Run a statement outside of any transaction; `names` take the places of `{name}`."""
        with psycopg.connect(self._address(database), autocommit=True) as connection:
            composed = sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()})
            cursor = connection.execute(composed)
            return cursor.fetchall() if cursor.description else []

    def url(self, database: str, driver: str = "postgresql+psycopg") -> str:
        """Return the address of a database for SQLAlchemy."""
        return f"{driver}://{USER}@127.0.0.1:{self.port}/{database}"

    def _address(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}?connect_timeout=5"

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "PostgreSQL has ended"
        try:
            return self.run("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False


@contextmanager
def cluster(binaries: Path) -> Iterator[Cluster]:
    """Make a cluster and run it."""
    sweep()
    with _folder() as home:
        primary = Cluster(binaries, home / "data", free_port())
        command = [str(binaries / "initdb"), "-D", str(primary.folder), "-U", USER, "-A", "trust", "-N", "-E", "UTF8",
                   "--no-instructions"]  # fmt: skip
        subprocess.run(_as_user(command), check=True, stdout=subprocess.DEVNULL)
        primary.start()
        try:
            yield primary
        finally:
            primary.stop()


@contextmanager
def streaming_replica(primary: Cluster) -> Iterator[Cluster]:
    """Run a second server that follows `primary`."""
    with _folder() as home:
        replica = Cluster(primary.bin, home / "data", free_port())
        command = [str(primary.bin / "pg_basebackup"), "-h", "127.0.0.1", "-p", str(primary.port), "-U", USER, "-D",
                   str(replica.folder), "-R", "-X", "stream", "-c", "fast", "-N"]  # fmt: skip
        subprocess.run(_as_user(command), check=True, stdout=subprocess.DEVNULL)
        replica.start()
        try:
            yield replica
        finally:
            replica.stop()


def sweep(folders: Path = FOLDERS) -> None:
    """Remove what tests left that were killed: neither they nor their server are there any more."""
    for folder in folders.glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if not (_lives(owner) or _lives(_server(folder))):
            shutil.rmtree(folder, ignore_errors=True)


def _server(folder: Path) -> str:
    try:
        return (folder / "data" / "postmaster.pid").read_text().partition("\n")[0]
    except OSError:
        return ""


def _lives(pid: str) -> bool:
    return pid != "" and Path("/proc", pid).exists()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=FOLDERS) as name:
        if os.geteuid() == 0:
            shutil.chown(name, USER, USER)
        yield Path(name)


def _as_user(command: list[str]) -> list[str]:
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *command]
