"""What killed tests leave is removed by the next, and nothing that somebody still uses."""

import os
import subprocess
from pathlib import Path

from tests.support import postgres


def test_folders_without_anybody_are_removed(tmp_path: Path) -> None:
    """Neither the tests that made them nor their server: a server may outlive its tests for a moment."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    left, used, served, other = (
        tmp_path / name
        for name in (
            f"{postgres.PREFIX}{ended.pid}-a",
            f"{postgres.PREFIX}{os.getpid()}-b",
            f"{postgres.PREFIX}{ended.pid}-c",
            f"other-{ended.pid}-d",
        )
    )
    for folder, server in ((left, ended.pid), (used, ended.pid), (served, os.getpid()), (other, ended.pid)):
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "postmaster.pid").write_text(f"{server}\n{folder}/data\n")
    postgres.sweep(tmp_path)
    assert {*tmp_path.iterdir()} == {used, served, other}
