"""Claims about documents of others: whatever they are, they are judged or refused, and nothing breaks."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.calm.errors import BadDocument
from advisor.calm.reading import architecture, load
from advisor.calm.schemas import Schemas, mapping
from advisor.calm.source import source
from advisor.graph import nodes_of
from advisor.lint.validating import validate
from tests.support.calm_documents import changed, of_rule, report, sound, written

SCHEMAS = Schemas()
PLAIN = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "shop", "till", "tier-1", "[[ X ]]", "#"])
ANY = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_at_any_place_is_judged(tmp_path: Path, data: st.DataObject) -> None:
    """Each place of a sound document in turn holds something else; every finding has a line of the text."""
    document: Any = sound()
    holder, key = document, data.draw(st.sampled_from(sorted(document)))
    while isinstance(holder[key], dict | list) and holder[key] and data.draw(st.booleans()):
        holder = holder[key]
        keys = sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = data.draw(st.sampled_from(keys))
    holder[key] = data.draw(ANY)
    text = json.dumps(document, indent=1)
    for finding in report(tmp_path, text, SCHEMAS).findings:
        assert 1 <= finding.line <= text.count("\n") + 1
        assert finding.message
        assert finding.mend


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "is no JSON object"),
        ("{", "is no JSON: a name in double quotes is expected"),
        ('{"a": 1 "b": 2}', ":1:9 is no JSON: ',' is expected"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """With what is wrong and what to do."""
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(BadDocument, match=says.replace("{", r"\{")) as refusal:
        validate(file)
    assert refusal.value.hint


def test_bytes_that_are_no_text_and_folders_are_refused(tmp_path: Path) -> None:
    """As is what is not there."""
    (tmp_path / "x.json").write_bytes(b"\xff\xfe\x00{")
    for place in (tmp_path / "x.json", tmp_path, tmp_path / "gone.json"):
        with pytest.raises(BadDocument) as refusal:
            source(place)
        assert refusal.value.hint


def test_links_to_files_that_cannot_be_are_links_that_lead_nowhere(tmp_path: Path) -> None:
    """A name that is too long, one with a NUL: judged like any other that is not there."""
    names = ["x" * 5000, "\0"]
    found = report(tmp_path, changed(lambda document: document.update(adrs=names)))
    assert [one.pointer for one in of_rule(found, "decision-there")] == ["/adrs/0", "/adrs/1"]


def test_metadata_may_be_a_list_and_its_facts_keep_their_place(tmp_path: Path) -> None:
    """CALM allows both forms."""

    def change(document: Any) -> None:
        document["nodes"][1]["metadata"] = [{"owner": "a"}, {"tier": "tier-2"}]

    node = load(written(tmp_path, changed(change))).node["shop"]
    assert (node.metadata.text("owner"), node.tier) == ("a", 2)
    assert node.metadata.at("tier") == "/nodes/1/metadata/1/tier"


def test_a_flow_passes_the_ends_of_its_relationships(tmp_path: Path) -> None:
    """In the order in which they are reached."""
    of = architecture(source(written(tmp_path, sound())))
    assert nodes_of(of, of.flows[0]) == ["buyer", "shop", "till", "books"]


def test_schemas_of_others_are_read_from_the_files_that_are_named(tmp_path: Path) -> None:
    """A pattern as `$schema`, and a requirement that a control does not meet."""
    pattern = {
        "$schema": "https://calm.finos.org/release/1.2/meta/calm.json",
        "$id": "https://example.org/pattern.json",
        "allOf": [{"$ref": "https://calm.finos.org/release/1.2/meta/core.json"}],
        "required": ["owner"],
    }
    requirement = {"$id": "https://example.org/rto.json", "required": ["rpo-minutes"]}
    for name, schema in (("pattern.json", pattern), ("rto.json", requirement)):
        (tmp_path / name).write_text(json.dumps(schema))
    (tmp_path / "map.json").write_text(
        json.dumps({str(one["$id"]): f"{name}.json" for name, one in (("pattern", pattern), ("rto", requirement))})
    )

    def change(document: Any) -> None:
        document["$schema"] = pattern["$id"]
        document["nodes"][3]["controls"]["failover"]["requirements"][0]["requirement-url"] = requirement["$id"]

    found = report(tmp_path, changed(change), Schemas(mapping(tmp_path / "map.json")))
    assert [one.pointer for one in of_rule(found, "json-schema")] == [""]
    (unmet,) = of_rule(found, "control-config")
    assert "rpo-minutes" in unmet.message
    assert not of_rule(found, "schema-known")
    assert not of_rule(found, "requirement-known")


def test_a_requirement_may_be_a_file_beside_the_document(tmp_path: Path) -> None:
    """And so may the config that meets it."""
    (tmp_path / "requirement.json").write_text('{"required": ["rto-minutes", "rpo-minutes"]}')
    (tmp_path / "config.json").write_text('{"rto-minutes": 3}')

    def change(document: Any) -> None:
        one = document["nodes"][3]["controls"]["failover"]["requirements"][0]
        del one["config"]
        one |= {"requirement-url": "requirement.json", "config-url": "config.json"}

    (unmet,) = of_rule(report(tmp_path, changed(change)), "control-config")
    assert unmet.pointer.endswith("/config-url")
