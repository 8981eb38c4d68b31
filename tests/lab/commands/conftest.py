"""A home whose lab has an evidence store that holds five minutes of a shop."""

import time
from collections.abc import Iterator

import pytest

from lab.home import Home
from tests.support.asked_lab import AskedLab
from tests.support.evidence_server import evidence_server, tell
from tests.support.memory_evidence.shop import shop


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AskedLab]:
    """Runs `lab`; the shop's clock stands at now."""
    home = Home.at(tmp_path_factory.mktemp("home"))
    evidence = shop(float(int(time.time())))
    with evidence_server(evidence) as url:
        tell(home, evidence=url)
        yield AskedLab(home, evidence)
