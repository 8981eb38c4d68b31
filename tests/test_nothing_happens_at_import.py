"""Nothing happens at import: no engine, client, socket, thread or environment read at module level."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_floor_plan import ROOT, packages

OFFENCES = {
    "import threading\nthreading.Thread(target=print).start()": "starts a thread",
    "import socket\nTALK = socket.socket()": "socket.__new__",
    "import subprocess\nsubprocess.run(['true'])": "subprocess.Popen",
    "import sqlite3\nsqlite3.connect(':memory:')": "sqlite3.connect",
    "import os\nHOME = os.environ['HOME']": "reads $HOME",
    "import os\nHOME = os.getenv('HOME')": "reads $HOME",
    "import os\n\ndef home():\n    return os.environ.get('HOME')\n\nHOME = home()": "reads $HOME",
    "import httpx\nCLIENT = httpx.AsyncClient()": "httpx.AsyncClient was made",
    "from sqlalchemy import create_engine\nENGINE = create_engine('sqlite://')": "engine.base.Engine was made",
    "from services.gateway.settings import Settings\n"
    "S = Settings(order_url='', inventory_url='', billing_url='')": "gateway.settings.Settings was made",
}
HARMLESS = """
import os, socket, threading
from services.gateway.settings import Settings

def settings():
    threading.Thread(target=print).start()
    return Settings(), os.environ, socket.socket()
"""


def imported(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """Import packages below `folder` in a process of their own, watched."""
    command = [sys.executable, "-m", "tests.support.import_guard", *names]
    environment = {"PYTHONPATH": str(ROOT), "HOME": str(folder), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_importing_everything_does_nothing() -> None:
    """All modules of all packages, in one process."""
    seen = imported(ROOT, *packages())
    assert (seen.returncode, seen.stdout) == (0, ""), seen.stdout + seen.stderr


@pytest.mark.parametrize(("body", "offence"), OFFENCES.items())
def test_a_module_that_does_something_is_caught(tmp_path: Path, body: str, offence: str) -> None:
    """Whatever is forbidden is seen when it is done."""
    (tmp_path / "busy").mkdir()
    (tmp_path / "busy" / "__init__.py").write_text(body)
    seen = imported(tmp_path, "busy")
    assert offence in seen.stdout, seen.stderr


def test_what_is_only_defined_is_not_held_against_a_module(tmp_path: Path) -> None:
    """A function may do what it likes when it is called."""
    (tmp_path / "calm").mkdir()
    (tmp_path / "calm" / "__init__.py").write_text(HARMLESS)
    seen = imported(tmp_path, "calm")
    assert (seen.returncode, seen.stdout) == (0, ""), seen.stderr
