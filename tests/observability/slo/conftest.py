"""What the tests of objectives share."""

import pytest

from observability.slo.document import load
from observability.slo.presets import DRILL
from observability.slo.rules import Ruleset, ruleset


@pytest.fixture(scope="package")
def drill() -> Ruleset:
    """Return the rules of a drill."""
    return ruleset(load(), DRILL)
