"""Claims about `lab arch`."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from advisor.calm.source import DOCUMENT
from lab.cli import root
from tests.support.calm_documents import changed, sound, written


def lab(*arguments: str) -> Result:
    """Run `lab arch …`."""
    return CliRunner().invoke(root, ["arch", *arguments])


def _slow_runbook(document: Any) -> None:
    document["nodes"][1]["metadata"]["runbook"] = "gone.md"


def _wrong_protocol(document: Any) -> None:
    document["relationships"][1]["protocol"] = "SMTP"


def test_our_own_document_is_valid_to_the_strict() -> None:
    """No error, no warning."""
    answer = lab("validate", "--strict")
    assert answer.exit_code == 0, answer.output
    assert "valid (no errors, no warnings" in answer.stdout


@pytest.mark.parametrize(
    ("change", "options", "code"),
    [
        (lambda _: None, ("--strict",), 0),
        (_slow_runbook, (), 0),
        (_slow_runbook, ("--strict",), 1),
        (_wrong_protocol, (), 1),
    ],
    ids=["sound", "warning", "strict", "error"],
)
def test_the_exit_code_tells_the_verdict(tmp_path: Path, change: Any, options: tuple[str, ...], code: int) -> None:
    """The same in all forms."""
    file = str(written(tmp_path, changed(change)))
    for form in (("--format", "pretty"), ("--format", "json"), ("--format", "junit"), ("--json",)):
        assert lab("validate", file, *options, *form).exit_code == code


def test_findings_are_told_with_line_rule_and_remedy(tmp_path: Path) -> None:
    """For people; the same facts for programs."""
    file = written(tmp_path, changed(_wrong_protocol))
    told = lab("validate", str(file)).stdout
    line = file.read_text().splitlines().index('      "protocol": "SMTP",') + 1
    assert f"{file}:{line}:7  error  " in told
    assert "json-schema at /relationships/1/protocol" in told
    assert "Write one of the values that are listed." in told
    found = json.loads(lab("validate", str(file), "--format", "json").stdout)
    assert (found["ok"], found["findings"][0]["line"]) == (False, line)
    suite = ElementTree.fromstring(lab("validate", str(file), "--format", "junit").stdout)  # noqa: S314 -- ours
    assert suite.attrib["failures"] == "1"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("validate", "gone.json"), "There is no file gone.json. Give a CALM document"),
        (("validate", "--url-mapping", "gone.json"), "There is no file gone.json."),
        (("diff", str(DOCUMENT), "gone.json"), "There is no file gone.json."),
        (("show", "ordr-service"), "nothing called ordr-service. Write order-service"),
        (("show", "xyzzy"), "See which there are: "),
        (("graph", "--svg", "/dev/null/x.svg"), "cannot be written"),
    ],
)
def test_bad_input_is_refused_with_what_to_write_instead(arguments: tuple[str, ...], says: str) -> None:
    """Exit code 2."""
    answer = lab(*arguments)
    assert answer.exit_code == 2
    assert says in " ".join(answer.stderr.split())


def test_a_node_is_shown_with_the_place_of_each_fact() -> None:
    """By its id, or by the name that other verbs take."""
    told = lab("show", "order").stdout
    assert told.startswith("order-service: Order Service\n")
    assert "oncall-slack: #oncall-orders  [ecommerce-platform.json#/nodes/" in told
    assert "called by: api-gateway-1, api-gateway-2, fulfilment-worker\n" in told
    facts = {fact["name"]: fact for fact in json.loads(lab("show", "order-service", "--json").stdout)["facts"]}
    assert facts["owner"]["value"] == "orders-team"
    assert "passes: customer, web-frontend, load-balancer" in lab("show", "order-processing-flow").stdout
    assert "joins: order-service, order-queue" in lab("show", "order-service-publishes-to-order-queue").stdout


def test_without_a_name_nodes_and_flows_are_listed() -> None:
    """With owner, tier and channel."""
    told = lab("show").stdout
    assert "payment-service         service     tier-1  payments-team    #oncall-payments" in told
    assert "order-processing-flow  tier-1  orders-team" in told
    listed = json.loads(lab("show", "--json").stdout)
    assert {"customer", "order-queue"} <= {node["id"] for node in listed["nodes"]}


def test_the_graph_is_a_tree_and_a_picture(tmp_path: Path) -> None:
    """Every call once; in the picture also who uses what."""
    told = lab("graph").stdout
    assert told.startswith("web-frontend\n└─▶ load-balancer\n   ├─▶ api-gateway-1\n")
    assert "└┄▷ order-queue (AMQP)\n" in told
    file = tmp_path / "graph.svg"
    assert lab("graph", "--svg", str(file)).exit_code == 0
    drawn = ElementTree.fromstring(file.read_text())  # noqa: S314 -- ours
    texts = {one.text for one in drawn.iter() if one.text}
    assert {"customer", "api-gateway-2", "order-database-replica", "orders-team"} <= texts
    ways = [one for one in drawn.iter() if one.attrib.get("class", "").startswith("way")]
    calls = json.loads(lab("graph", "--json").stdout)["calls"]
    assert len(ways) == len(calls) + 3
    assert len(told.splitlines()) == len(calls) + len({"web-frontend", "fulfilment-worker", "", "legend"})


def test_a_graph_with_a_loop_ends(tmp_path: Path) -> None:
    """It is marked."""

    def change(document: Any) -> None:
        ends = document["relationships"][2]["relationship-type"]["connects"]
        ends["destination"] = {"node": "shop", "interfaces": ["shop-http"]}

    file = str(written(tmp_path, changed(change)))
    assert "shop (JDBC) ↻" in lab("graph", "--file", file).stdout
    assert lab("graph", "--file", file, "--svg", str(tmp_path / "x.svg")).exit_code == 0


def test_a_difference_is_told_and_has_exit_code_1(tmp_path: Path) -> None:
    """None has exit code 0."""
    one = str(written(tmp_path, sound(), "a.json"))
    other = str(written(tmp_path, changed(_wrong_protocol), "b.json"))
    assert (lab("diff", one, one).stdout, lab("diff", one, one).exit_code) == ("No difference.\n", 0)
    answer = lab("diff", one, other)
    assert answer.exit_code == 1
    assert answer.stdout == '  relationship shop-to-till\n  ~ protocol: "HTTP" → "SMTP"\n'


def test_a_site_is_written_and_written_again(tmp_path: Path) -> None:
    """What is no longer part of it goes, what somebody has put beside it stays."""
    out = tmp_path / "new" / "site"
    answer = lab("site", str(written(tmp_path, sound())), "--out", str(out), "--json")
    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["pages"]) == (0, len(list(out.rglob("*.html"))))
    assert Path(told["index"]).is_file()
    (out / "CNAME").write_text("architecture.example")

    def change(document: Any) -> None:
        document["nodes"][3]["name"] = "Ledger"
        del document["flows"]

    assert lab("site", str(written(tmp_path, changed(change))), "--out", str(out)).exit_code == 0
    assert "Ledger" in (out / "nodes" / "books.html").read_text()
    assert not (out / "flows" / "buying.html").exists()
    assert (out / "CNAME").exists()


def test_a_site_removes_nothing_outside_of_its_folder(tmp_path: Path) -> None:
    """Whatever its record says."""
    out = tmp_path / "site"
    file = str(written(tmp_path, sound()))
    assert lab("site", file, "--out", str(out)).exit_code == 0
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    record = out / "lab-arch-site.json"
    record.write_text(json.dumps({"files": ["../kept.txt", str(kept), 3]}))
    assert lab("site", file, "--out", str(out)).exit_code == 0
    assert kept.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("gone.json",), "There is no file gone.json. Give a CALM document"),
        (
            ("{folder}/small.json", "--out", "{folder}"),
            "is not empty, and no site was written into it. Choose",
        ),
        (("{folder}/small.json", "--out", "{folder}/small.json"), "is no folder. Choose a folder"),
        (("{folder}/small.json", "--out", "/dev/null/x"), "cannot be written: Not a directory."),
        (("{folder}/empty.json",), "has neither nodes nor relationships. Give a CALM architecture."),
        (("{timeline}",), "is a timeline or a decorator. Give the architecture"),
    ],
)
def test_a_site_that_cannot_be_written_is_refused(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    """Exit code 2, and nothing is changed."""
    written(tmp_path, sound())
    (tmp_path / "empty.json").write_text("{}")
    before = sorted(tmp_path.rglob("*"))
    names = {"folder": str(tmp_path), "timeline": str(DOCUMENT.with_suffix(".timeline.json"))}
    out = () if "--out" in arguments else ("--out", str(tmp_path / "site"))
    answer = lab("site", *(one.format(**names) for one in arguments), *out)
    assert answer.exit_code == 2
    assert says in " ".join(answer.stderr.split())
    assert sorted(tmp_path.rglob("*")) == before
