"""The dashboards' files: current, complete, and silent about what is broken."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from chaos.drivers import toxics
from chaos.scenario import loading
from lab.leaks.words import Words
from tests.support.dashboards import ROOT, Json, boards, panels, variables
from tests.support.json_texts import texts
from tests.support.yaml_files import read

BOARDS = boards()
PANELS = {f"{uid}: {panel['title']}": panel for uid, board in BOARDS.items() for panel in panels(board)}
WANTED = {"overview", "service", "flow", "data-and-queue", "service-map", "drill-room", "lab-health"}
MOST_PANELS = 16
COLUMNS = 24
SOURCES = {
    source["uid"]: source["type"]
    for file in (ROOT / "grafana/provisioning/datasources").glob("*.yaml")
    for source in read(file)["datasources"]
}
FAULTS = [f"{path.parts[-3]}.{path.stem}" for path in ROOT.glob("services/*/faults/[a-z]*.py")]
WORDS = Words([*FAULTS, *toxics.FAULTS], [one.name for one in loading.catalogue()])

each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
each_panel = pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)


def test_they_are_current() -> None:
    """If this fails: run make docs."""
    command = [sys.executable, "-m", "grafana", "--check"]
    verdict = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stdout


def test_there_are_seven() -> None:
    """Each file has the name of its dashboard's uid, and uids and titles are unique."""
    assert BOARDS.keys() == WANTED
    assert {board["uid"] for board in BOARDS.values()} == WANTED
    assert len({board["title"] for board in BOARDS.values()}) == len(WANTED)


@each_board
def test_a_dashboard_is_what_the_types_of_grafana_say(board: Json) -> None:
    """Read into the SDK's types and written again it is the same: it has no key that they do not know."""
    register_default_plugins()
    assert json.loads(JSONEncoder().encode(Dashboard.from_json(board))) == board


@each_board
def test_a_dashboard_can_be_taken_in(board: Json) -> None:
    """Few panels, with titles that differ, numbered, none on top of another."""
    shown = panels(board)
    assert 0 < len(shown) <= MOST_PANELS
    assert len({panel["title"] for panel in shown}) == len(shown)
    assert [panel["id"] for panel in shown] == list(range(1, len(shown) + 1))
    taken = [cell for panel in shown for cell in cells(panel["gridPos"])]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) == COLUMNS - 1


def cells(place: Json) -> Iterator[tuple[int, int]]:
    """Yield what a panel covers of the grid."""
    left, top = place.get("x", 0), place.get("y", 0)
    yield from ((x, y) for x in range(left, left + place["w"]) for y in range(top, top + place["h"]))


@each_board
def test_dashboards_lead_to_one_another(board: Json) -> None:
    """By their tag; and whatever a click opens is there."""
    tags = [tag for link in board["links"] for tag in link["tags"]]
    assert set(board["tags"]) & set(tags)
    opened = [text for text in texts(board) if text.startswith("/d/")]
    assert {text.removeprefix("/d/").partition("?")[0] for text in opened} <= WANTED


@each_panel
def test_a_panel_explains_itself(panel: Json) -> None:
    """Title, unit, a sentence that ends in a full stop; a threshold is no surprise; data comes from what there is."""
    assert panel["title"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["description"].endswith(".")
    assert panel["description"].rstrip(".") != panel["title"]
    source = panel["datasource"]
    assert SOURCES[source["uid"]] == source["type"]


@each_panel
def test_a_panel_asks_something(panel: Json) -> None:
    """Each query has a name of its own, and none is hidden."""
    names = [target["refId"] for target in panel["targets"]]
    assert names
    assert len(names) == len(set(names))
    assert not any(target.get("hide") for target in panel["targets"])


@each_panel
def test_no_query_makes_up_data(panel: Json) -> None:
    """A nought that nobody measured would say that all is well."""
    assert not any("vector(" in target["expr"] or "absent(" in target["expr"] for target in panel["targets"])


@each_board
def test_variables_are_used_and_have_a_first_value(board: Json) -> None:
    """What can be chosen changes something."""
    asked = [target["expr"] for panel in panels(board) for target in panel["targets"]]
    for one in variables(board):
        assert one["current"]["value"]
        assert any(f"${one['name']}" in expr for expr in asked)


@each_board
def test_a_dashboard_is_sealed(board: Json) -> None:
    """No fault, scenario or switch is named, and no word is there that tells."""
    assert [hit.word for text in texts(board) for hit in WORDS.within(text)] == []


def test_a_word_that_tells_would_be_found() -> None:
    """In whatever spelling."""
    assert [hit.kind for hit in WORDS.within("Float drift, injected")] == ["fault", "telling"]
    assert len(FAULTS) > 0
