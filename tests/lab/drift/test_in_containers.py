"""Claims about `lab drift` of a lab in containers: all are compared, and the image has what that takes."""

import fnmatch
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor.calm.reading import load
from lab.drift import project
from lab.drift.guide import defaults
from lab.drift.wanted import ROOT, Wanted
from lab.home import Home
from tests.support.compose_file import compose_file
from tests.support.declared_lab import DeclaredLab, declared_lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DeclaredLab]:
    """A lab in the containers of the compose file, spare ones included."""
    with declared_lab(tmp_path) as lab:
        lab.contain(compose_file()["services"])
        for name, one in compose_file()["services"].items():
            lab.containers[name] = "created" if "profiles" in one else "running"
        yield lab


def processes(lab: DeclaredLab) -> dict[str, Any]:
    """Return what is told of processes."""
    found: dict[str, Any] = next(one for one in lab.told()["checks"] if one["name"] == "processes")
    return found


def test_containers_are_as_declared(lab: DeclaredLab) -> None:
    """All of them are compared, those of back ends as well; spare replicas wait."""
    told = lab.told()
    assert told["drift"] == []
    assert {one["name"] for one in told["checks"] if one["skipped"]} == {"terraform", "kubernetes", "cloudformation"}
    assert processes(lab)["compared"] == sum("profiles" not in one for one in compose_file()["services"].values())


@pytest.mark.parametrize(
    ("name", "state", "found"),
    [
        ("postgres", "exited", ["node-missing:postgres"]),
        ("rabbitmq", "restarting", ["node-missing:rabbitmq"]),
        ("postgres-replica", "paused", []),
        ("jaeger", "exited", []),
        ("api-gateway-3", "running", ["node-extra:api-gateway-3"]),
        ("api-gateway-3", "exited", []),
    ],
)
def test_containers_that_ended_or_were_started_are_told(
    lab: DeclaredLab, name: str, state: str, found: list[str]
) -> None:
    """Of what the document describes."""
    lab.containers[name] = state
    assert processes(lab)["drift"] == found


def test_a_container_that_is_not_there_is_missing(lab: DeclaredLab) -> None:
    """As one that has ended."""
    del lab.containers["postgres-replica"]
    assert processes(lab)["drift"] == ["node-missing:postgres-replica"]


def test_the_image_carries_what_is_compared(tmp_path: Path) -> None:
    """In a folder with nothing but what the Dockerfile copies, every comparison of files is made and finds nothing."""
    _as_in_the_image(tmp_path)
    wanted = Wanted(Home.at(tmp_path), load(), "15m", 1, root=tmp_path)
    for compare in (project.of_dashboards, project.of_rule_files, project.of_compose):
        check = compare(wanted)
        assert (check.skipped, check.drifts) == ("", ())
        assert check.compared
    assert defaults(tmp_path).keys() == defaults(ROOT).keys()
    assert project.compose_environment(tmp_path).keys() == compose_file()["services"].keys()


def _as_in_the_image(app: Path) -> None:
    """Copy what the Dockerfile copies into /app, of what it is shown."""
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        word, *parts = line.split() or [""]
        if word != "COPY" or parts[0].startswith("--") or not parts[-1].startswith("/app"):
            continue
        for name in parts[:-1]:
            assert _is_shown(name), f"{name} is not among what .dockerignore lets through"
            source, into = ROOT / name, app / parts[-1].removeprefix("/app").strip("/")
            if source.is_dir():
                shutil.copytree(source, into, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                into = into / name if parts[-1].endswith("/") else into
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, into)


def _is_shown(name: str) -> bool:
    """Whether .dockerignore, which hides everything at first, lets a file or folder through: the last line counts."""
    shown = False
    for line in (ROOT / ".dockerignore").read_text().split():
        pattern = line.removeprefix("!")
        if fnmatch.fnmatchcase(name, pattern) or name.startswith(f"{pattern}/"):
            shown = line.startswith("!")
    return shown
