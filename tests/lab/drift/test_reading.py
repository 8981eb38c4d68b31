"""Claims about the files that are read: JSON, YAML, the guide, the compose file."""

import sys
from pathlib import Path

import pytest

from advisor.calm.errors import BadDocument
from advisor.calm.reading import load
from lab.drift import project
from lab.drift.guide import defaults
from lab.drift.reading import NoYaml, read
from lab.drift.wanted import ROOT, Wanted
from lab.home import Home
from tests.support.drifting import document

TEMPLATE = """Resources:
  Books:
    Type: AWS::RDS::DBInstance
    Properties:
      Name: !Ref Name
      Zones: !GetAZs [eu]
---
Resources: {}
"""


def test_yaml_is_read_with_tags_and_lines(tmp_path: Path) -> None:
    """A tag stands for what it is put before; every document of a file is there."""
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    (first, where), (second, _) = read(file)
    assert first["Resources"]["Books"]["Properties"] == {"Name": "Name", "Zones": ["eu"]}
    assert second == {"Resources": {}}
    assert where("/Resources/Books").endswith("template.yaml:2")
    assert where("/Resources/Books/Properties/Zones").endswith("template.yaml:6")


@pytest.mark.parametrize("text", ["a: [", "- 1", "a: *b", "a: !!python/object:os.system {}"])
def test_what_is_no_yaml_of_ours_is_refused(tmp_path: Path, text: str) -> None:
    """Nothing in it is carried out."""
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(BadDocument):
        list(read(file))


def test_without_a_library_for_yaml_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is given is refused; the compose file is skipped."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    with pytest.raises(NoYaml):
        list(read(file))
    check = project.of_compose(Wanted(Home.at(tmp_path), document(), "15m", 1))
    assert "nothing here reads that" in check.skipped


def test_the_guide_tells_defaults_with_their_lines() -> None:
    """Of single settings and of the limits of callers, unless told in words."""
    found = defaults(ROOT)
    assert found["ORDER_POOL_SIZE"].value == "5"
    assert found["ORDER_PAYMENT__TIMEOUT_S"].value == "1.2"
    assert "EDGE_BACKENDS" not in found
    line = (ROOT / "docs/services.md").read_text().splitlines()[found["ORDER_PAYMENT__TIMEOUT_S"].at.line - 1]
    assert line.startswith("| `ORDER_PAYMENT` | 1.2 |")


def test_without_the_projects_files_those_comparisons_are_skipped(tmp_path: Path) -> None:
    """As in a container."""
    wanted = Wanted(Home.at(tmp_path), document(), "15m", 1, root=tmp_path)
    for compare in (project.of_dashboards, project.of_rule_files, project.of_compose):
        assert compare(wanted).skipped.startswith("There is no ")
    assert defaults(tmp_path) == {}
    assert project.compose_environment(tmp_path) == {}


def test_the_compose_file_is_compared_with_nodes(tmp_path: Path) -> None:
    """In both directions; spare replicas and the lab's own are not meant, and its environment declares settings."""
    text = (ROOT / "docker-compose.yml").read_text()
    changed = text.replace("  billing-service-1:\n    <<: *service\n", "  billing-service-2:\n    <<: *service\n")
    changed = changed.replace(
        "    command: [billing-service-1]\n",
        "    command: [billing-service-1]\n    environment: [BILLING_POOL_SIZE=9]\n",
    )
    (tmp_path / "docker-compose.yml").write_text(changed)
    check = project.of_compose(Wanted(Home.at(tmp_path), load(), "15m", 1, root=tmp_path))
    assert [one.id for one in check.drifts] == [
        "container-missing:billing-service-1",
        "container-extra:billing-service-2",
    ]
    told = project.compose_environment(tmp_path)["billing-service-2"]["BILLING_POOL_SIZE"]
    assert told.value == "9"
    assert "BILLING_POOL_SIZE" in (tmp_path / "docker-compose.yml").read_text().splitlines()[told.at.line - 1]
