"""What is handed out: the bug is simply the code, and nothing says so."""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from drill import catalogue
from drill.catalogue import Entry
from drill.errors import NothingToRepair
from drill.places import ROOT
from drill.workspace.handing_out import hand_out
from lab.cli import root
from lab.home import Home
from lab.site import Site
from lab.topology import platform
from tests.support.gateways import stand_in_gateways
from tests.support.proof import service_under_proof
from tests.support.workspaces import telling, texts

ENTRIES = catalogue.repairable()


@pytest.fixture(scope="module", params=ENTRIES, ids=lambda entry: entry.name)
def entry(request: pytest.FixtureRequest) -> Entry:
    """Return a scenario in which code can be repaired."""
    chosen: Entry = request.param
    return chosen


@pytest.fixture(scope="module")
def workspace(entry: Entry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what is handed out for it."""
    folder = tmp_path_factory.mktemp("given") / "workspace"
    hand_out(entry, folder)
    return folder


def test_no_word_gives_it_away(entry: Entry, workspace: Path) -> None:
    """Neither names of faults and seams, nor what their modules say, nor what only the repair had."""
    assert list(telling(entry, workspace)) == []


def test_it_is_formatted_and_compiles(workspace: Path) -> None:
    """As if somebody had written it."""
    ruff = Path(sys.executable).with_name("ruff")
    ours = ["--no-cache", "--config", str(ROOT / "pyproject.toml"), str(workspace)]
    for command in (
        [str(ruff), "format", "--check", *ours],
        [str(ruff), "check", "--select", "F,I,E", *ours],
        [sys.executable, "-m", "compileall", "-q", str(workspace)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_a_repository_with_one_commit_of_nobody(workspace: Path) -> None:
    """There is no way back to what was before, and nothing that git would say is not committed."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=workspace, capture_output=True, text=True, check=True).stdout

    assert git("log", "--all", "--format=%an <%ae> %s").splitlines() == [
        "Night shift <shop@nightshift.invalid> The services as they run tonight"
    ]
    assert (git("status", "--porcelain"), git("remote"), git("stash", "list")) == ("", "", "")


def test_only_the_services_in_question_are_in_it(entry: Entry, workspace: Path) -> None:
    """What they stand on comes from the lab's own tree."""
    assert sorted(one.name for one in (workspace / "services").iterdir()) == sorted(entry.services)
    assert {name.partition("/")[0] for name in texts(workspace)} == {".gitignore", "README.md", "services"}


def test_it_starts_and_serves(entry: Entry, workspace: Path, tmp_path: Path) -> None:
    """Every service of it, as a process."""
    topology, site = platform(), Site(Home(tmp_path), 20000)
    for service in entry.services:
        told = topology.environment(topology.instance(topology.named(service), 1, 20000), site)
        neighbours = {name: value for name, value in told.items() if name.endswith(("_URL", "_BACKENDS"))}
        neighbours.pop(f"{service.upper()}_DATABASE_URL", None)
        (tmp_path / "data").mkdir(exist_ok=True)
        with stand_in_gateways("/ready") as gateways, ExitStack() as running:
            page = "/openapi.json"
            if "EDGE_BACKENDS" in neighbours:  # it is ready when one of them is, and has no page of its own
                neighbours["EDGE_BACKENDS"] = json.dumps([one.settings() for one in gateways])
                page = "/shop/window"
            process = running.enter_context(service_under_proof(service, folder=workspace, environment=neighbours))
            assert httpx.get(f"{process.url}{page}").is_success
            assert httpx.get(f"{process.url}/no-such-page").status_code < 500


def create(*arguments: str) -> tuple[int, str]:
    """Run `lab workspace create`; return exit code and what it says."""
    done = CliRunner().invoke(root, ["workspace", "create", *arguments])
    return done.exit_code, done.output


def test_what_is_there_already_stays(tmp_path: Path) -> None:
    """A folder that is not empty is refused, and so is a file; an empty one will do."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.py").touch()
    for taken in (tmp_path / "mine", tmp_path / "mine" / "work.py"):
        code, said = create("billing-drift", str(taken))
        assert (code, "already" in said) == (2, True)
    assert [one.name for one in tmp_path.rglob("*")] == ["mine", "work.py"]
    (tmp_path / "empty").mkdir()
    assert create("billing-drift", str(tmp_path / "empty"))[0] == 0


def test_an_unknown_scenario_is_refused(tmp_path: Path) -> None:
    """With a sentence, and nothing is written."""
    code, said = create("billing-drif", str(tmp_path / "new"))
    assert (code, "Did you mean billing-drift?" in said) == (2, True), said
    assert not (tmp_path / "new").exists()


def test_where_only_the_outside_fails_there_is_nothing_to_hand_out(tmp_path: Path) -> None:
    """What happens outside is no code of ours."""
    scenario = catalogue.read("slow-network").scenario
    outside = tuple(one for one in scenario.actions if one.family == "network")
    with pytest.raises(NothingToRepair, match="no code of ours to repair"):
        hand_out(Entry(scenario.model_copy(update={"actions": outside})), tmp_path / "new")
    assert not (tmp_path / "new").exists()
