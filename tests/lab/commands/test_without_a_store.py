"""What the verbs about evidence say where there is none."""

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from starlette.applications import Starlette

from lab.cli import root
from lab.home import Home
from tests.support.evidence_server import serving, tell
from tests.support.lab import ROOT

VERBS = (("metrics",), ("metrics", "up"), ("traces",), ("trace", "55ff"), ("graph",), ("top", "--once"))


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_no_lab_no_store_and_no_answer_are_told_apart(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Exit code 2, a sentence, and what to do; the same in JSON."""
    home = Home.at(tmp_path)

    def told(*more: str) -> str:
        answer = CliRunner().invoke(root, [*words, "--home", str(tmp_path), *more], prog_name="lab")
        assert answer.exit_code == 2
        return answer.output

    assert f"No lab runs in {tmp_path}" in told()
    tell(home, edge="http://127.0.0.1:9")
    assert f"The lab in {tmp_path} has no evidence store." in told()
    tell(home, evidence="http://127.0.0.1:9")
    assert "The evidence store does not answer at http://127.0.0.1:9." in told()
    assert json.loads(told("--json"))["error"]["code"] == "no-answer"


def test_somebody_else_at_the_address_is_no_store(tmp_path: Path) -> None:
    """A page that is not found, and says so in its own way."""
    with serving(Starlette()) as url:
        tell(Home.at(tmp_path), evidence=url)
        answer = CliRunner().invoke(root, ["metrics", "--home", str(tmp_path)], prog_name="lab")
        assert httpx.get(url).status_code == 404
    assert (answer.exit_code, "404" in answer.stderr) == (2, True)


@pytest.mark.parametrize("verb", ["metrics", "traces", "trace", "graph", "top", "logs"])
def test_help_loads_nothing_heavy(verb: str) -> None:
    """A verb that is only asked how it is called imports neither an HTTP client nor what draws tables."""
    code = (
        "import sys; from lab.cli import root; root([sys.argv[1], '--help'], standalone_mode=False);"
        "assert not {'httpx', 'rich', 'pydantic', 'fastapi', 'observability.wiring'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, verb], cwd=ROOT, check=True, capture_output=True)
