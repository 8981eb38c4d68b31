"""Claims about what differs between two documents."""

from pathlib import Path
from typing import Any

from advisor.calm.reading import architecture
from advisor.calm.source import source
from advisor.difference import Change, difference
from tests.support.calm_documents import changed, sound, written


def differing(folder: Path, change: Any) -> list[Change]:
    """Return what a change makes different."""
    one, other = (
        architecture(source(written(folder, document, name)))
        for name, document in (("a.json", sound()), ("b.json", changed(change)))
    )
    return difference(one, other)


def test_a_document_does_not_differ_from_itself_in_another_order(tmp_path: Path) -> None:
    """Parts are the same by their id."""

    def change(document: Any) -> None:
        document["nodes"].reverse()
        document["relationships"].reverse()

    assert differing(tmp_path, change) == []


def test_changes_are_told_with_their_place(tmp_path: Path) -> None:
    """Added, removed and changed; in the second document, or in the first one where it is gone."""

    def change(document: Any) -> None:
        document["nodes"][1]["metadata"]["tier"] = "tier-2"
        document["nodes"][2]["metadata"]["note"] = True
        del document["relationships"][2]
        document["flows"].append({**document["flows"][0], "unique-id": "more"})
        document["metadata"]["monitoring"]["kept"] = "3 days"
        document["nodes"][3]["interfaces"][0]["port"] = 5433

    found = [(one.how, one.part, one.path, one.pointer) for one in differing(tmp_path, change)]
    assert found == [
        ("changed", "node shop", "/metadata/tier", "/nodes/1/metadata/tier"),
        ("added", "node till", "/metadata/note", "/nodes/2/metadata/note"),
        ("changed", "node books", "/interfaces/0/port", "/nodes/3/interfaces/0/port"),
        ("removed", "relationship till-to-books", "", "/relationships/2"),
        ("added", "flow more", "", "/flows/1"),
        ("changed", "document", "/metadata/monitoring/kept", "/metadata/monitoring/kept"),
    ]


def test_one_and_true_are_not_the_same(tmp_path: Path) -> None:
    """Python thinks so; JSON does not."""

    def change(document: Any) -> None:
        document["relationships"][1]["controls"]["circuit-breaker"]["requirements"][0]["config"]["timeout-s"] = True

    (found,) = differing(tmp_path, change)
    assert (found.before, found.after) == (1, True)
