"""The cases of `promtool/*.yaml`, judged by Prometheus' own tool: what pages, in which words, and what does not."""

import subprocess
from pathlib import Path

import pytest

from tests.support.backend_process import found

PROMTOOL = found("promtool")
CASES = sorted(Path(__file__).with_name("promtool").glob("*.yaml"))

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(PROMTOOL is None, reason="no promtool on the PATH (Debian: apt-get install prometheus)"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_promtool_agrees(case: Path) -> None:
    """With the rules that are in the repository."""
    command = [str(PROMTOOL), "test", "rules", case.name]
    verdict = subprocess.run(command, cwd=case.parent, capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
