"""Prometheus, Jaeger and Loki together, on ports of their own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support import jaeger, loki, prometheus
from tests.support.evidence_contract.backends import Backends

MISSING = [module.ABSENT for module in (prometheus, jaeger, loki) if module.PROGRAM is None]
NEEDED = [
    pytest.mark.stack,
    pytest.mark.skipif(bool(MISSING), reason="; ".join(MISSING) or "all are there"),
    pytest.mark.xdist_group("real-backends"),
]
"""Marks of the tests that need them."""


@contextmanager
def backends(folder: Path) -> Iterator[Backends]:
    """Run all three, each in a folder below this one."""
    places = [folder / name for name in ("prometheus", "jaeger", "loki")]
    for place in places:
        place.mkdir()
    with ExitStack() as all_three:
        yield Backends(
            all_three.enter_context(prometheus.prometheus(places[0])),
            all_three.enter_context(jaeger.jaeger(places[1])),
            all_three.enter_context(loki.loki(places[2])),
        )
