"""The cases of `promtool/*.yaml`, judged by Prometheus' own tool: what pages, in which words, and what does not."""

import subprocess
from pathlib import Path

import pytest

from tests.support.prometheus import NO_PROMTOOL, PROMTOOL

CASES = sorted(Path(__file__).with_name("promtool").glob("*.yaml"))

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(PROMTOOL is None, reason=NO_PROMTOOL),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_promtool_agrees(case: Path) -> None:
    """With the rules that are in the repository."""
    command = [str(PROMTOOL), "test", "rules", case.name]
    verdict = subprocess.run(command, cwd=case.parent, capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
