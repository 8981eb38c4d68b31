"""Every scenario of the catalogue, live: as it says, paged in time, given away by nothing, stood by repaired code."""

import pytest

from drill.catalogue import Entry, everything
from drill.certifying.live import show

pytestmark = [pytest.mark.live, pytest.mark.long, pytest.mark.timeout(1500)]

SEED = 7


@pytest.mark.parametrize("entry", everything(), ids=lambda entry: entry.name)
def test_a_scenario_is_as_it_says(entry: Entry) -> None:
    """What `lab certify --live` wants; where nothing is wrong, ten minutes of silence."""
    if entry.scenario.requires:
        pytest.skip(f"needs {', '.join(entry.scenario.requires)}")
    shown = show(entry, [SEED])
    assert shown.problems == []
    assert len(shown.plays) == 1
