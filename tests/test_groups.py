"""Tests that share something heavy run on one worker. pytest-xdist says nothing when it does not see their groups."""

import pytest


@pytest.mark.xdist_group("together")
def test_groups_are_seen(request: pytest.FixtureRequest) -> None:
    """The name of a test has its group's name in it when tests are given out by group."""
    by_group = request.config.getoption("loadgroup", default=False)
    assert not by_group or request.node.nodeid.endswith("@together")
