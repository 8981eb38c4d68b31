"""Claims about files beside a document: timelines and decorators, by themselves and together with it."""

from pathlib import Path
from typing import Any

import pytest

from advisor.lint.validating import validate
from tests.support.calm_documents import of_rule, report, sound, written

THEN, NOW = (
    {
        "unique-id": name,
        "node-type": "moment",
        "name": name,
        "description": "A state.",
        "valid-from": date,
        "details": {"detailed-architecture": "small.json"},
    }
    for name, date in (("then", "2026-01-01"), ("now", "2026-02-01"))
)
TIMELINE = {
    "$schema": "https://calm.finos.org/release/1.2/meta/calm-timeline.json",
    "current-moment": "now",
    "moments": [THEN, NOW],
}
DECORATOR = {
    "unique-id": "d-1",
    "type": "operations",
    "target": ["../small.json"],
    "applies-to": ["small", "shop", "shop-http", "shop-to-till", "buying"],
    "data": {"on-call": "weekly"},
}


def beside(folder: Path, name: str, value: dict[str, Any]) -> Path:
    """Write a file beside a sound document."""
    written(folder, sound())
    return written(folder, value, name)


def test_sound_companions_are_valid_alone_and_with_their_document(tmp_path: Path) -> None:
    """A decorator may apply to the document, a node, an interface, a relationship, a flow."""
    for file in (
        beside(tmp_path, "small.timeline.json", TIMELINE),
        beside(tmp_path, "decorators/d.json", DECORATOR),
        tmp_path / "small.json",
    ):
        assert validate(file).findings == ()


@pytest.mark.parametrize(
    ("change", "severity", "pointer"),
    [
        ({"current-moment": "tomorrow"}, "warning", "/current-moment"),
        (
            {"moments": [THEN, NOW | {"interfaces": []}]},
            "error",
            "/moments/1/interfaces",
        ),
        ({"moments": [NOW | {"details": {}}]}, "none", ""),
        ({"moments": [NOW, NOW]}, "warning", "/moments/1/unique-id"),
        ({"moments": [NOW, THEN]}, "warning", "/moments"),
        (
            {"moments": [NOW | {"details": {"detailed-architecture": "gone.json"}}]},
            "warning",
            "/moments/0/details/detailed-architecture",
        ),
    ],
)
def test_timelines_that_do_not_hang_together_are_found(
    tmp_path: Path, change: dict[str, Any], severity: str, pointer: str
) -> None:
    """Form by the official schema, the rest by ours."""
    found = of_rule(validate(beside(tmp_path, "small.timeline.json", TIMELINE | change)), "timeline")
    assert [(one.severity, one.pointer) for one in found] == ([] if severity == "none" else [(severity, pointer)])


@pytest.mark.parametrize(
    ("change", "severity", "pointer"),
    [
        ({"applies-to": ["shop", "tills"]}, "warning", "/applies-to/1"),
        ({"target": ["../gone.json"]}, "warning", "/target/0"),
        ({"data": {}}, "error", "/data"),
        ({"note": "x"}, "error", ""),
    ],
)
def test_decorators_that_name_what_is_not_there_are_found(
    tmp_path: Path, change: dict[str, Any], severity: str, pointer: str
) -> None:
    """As above."""
    found = of_rule(validate(beside(tmp_path, "decorators/d.json", DECORATOR | change)), "decorator")
    assert [(one.severity, one.pointer) for one in found] == [(severity, pointer)]


def test_what_is_wrong_with_a_companion_is_told_with_its_document(tmp_path: Path) -> None:
    """In the companion's own lines; files that are about another document are left alone."""
    beside(tmp_path, "decorators/d.json", DECORATOR | {"applies-to": ["gone"]})
    (tmp_path / "other.json").write_text("{}")
    beside(tmp_path, "decorators/e.json", DECORATOR | {"target": ["../other.json"], "applies-to": ["gone"]})
    (found,) = report(tmp_path, sound()).findings
    assert (Path(found.file).name, found.rule) == ("d.json", "decorator")
