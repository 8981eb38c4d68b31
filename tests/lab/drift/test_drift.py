"""Claims about `lab drift`: clean on a lab that is as declared, exact on one that was changed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.declared_lab import DeclaredLab, declared_lab

SLOW = "setting-changed:order-service-1/payment.timeout_s=3"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DeclaredLab]:
    """A lab that is as declared."""
    with declared_lab(tmp_path) as lab:
        yield lab


def test_a_lab_that_is_as_declared_has_no_drift(lab: DeclaredLab) -> None:
    """Every comparison that can be made is made, and finds nothing; the others say why they are not."""
    told = lab.told()
    assert told["drift"] == []
    skipped = {one["name"]: one["skipped"] for one in told["checks"] if one["skipped"]}
    assert skipped.keys() == {"terraform", "kubernetes", "cloudformation"}
    assert all("No file was given" in reason for reason in skipped.values())
    assert all(one["compared"] for one in told["checks"] if not one["skipped"])
    shown = lab.lab()
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[-1] == "as declared: nothing found; 8 of 11 comparisons made"


def test_a_new_call_is_told_with_its_trace(lab: DeclaredLab) -> None:
    """And nothing else."""
    trace = lab.call("billing-service", "inventory-service", times=1)
    assert lab.drift() == ["call-undeclared:billing-service/inventory-service"]
    (one,) = lab.told()["drift"]
    assert one["evidence"] == ["lab graph --since 15m", f"lab trace {trace}"]
    assert one["at"]["pointer"] == "/relationships"
    shown = lab.lab().stdout
    assert f"lab graph --home {lab.home.root} --since 15m\n" in shown
    assert f"lab trace --home {lab.home.root} {trace}\n" in shown
    assert one["at"]["line"] > 1


def test_a_call_that_went_astray_is_told_with_its_trace(lab: DeclaredLab) -> None:
    """Although its caller meant somebody else, and most of its calls arrive."""
    trace = lab.call("api-gateway", "payment-service", meant="billing-service", times=1)
    lab.call("api-gateway", "order-service", "payment-service", times=60, ago_s=30)
    (one,) = lab.told()["drift"]
    assert one["id"] == "call-undeclared:api-gateway/payment-service"
    assert f"lab trace {trace}" in one["evidence"]


def test_a_synchronous_loop_is_told_besides_the_call_that_closes_it(lab: DeclaredLab) -> None:
    """In the graph; within one trace, with that trace."""
    lab.call("payment-service", "order-service")
    call, cycle = "call-reversed:payment-service/order-service", "order-service/payment-service"
    assert lab.drift() == [call, f"cycle-possible:{cycle}"]
    trace = lab.call("order-service", "payment-service", "order-service", times=1)
    assert lab.drift() == [call, f"cycle-in-trace:{cycle}"]
    assert f"lab trace {trace}" in lab.told()["drift"][1]["evidence"]


def test_a_removed_alert_is_told(lab: DeclaredLab) -> None:
    """By whom it concerns and by name."""
    rules = lab.judge.rules
    kept = tuple(one for one in rules.rules if one.id != "order-service-OutboxStuck")
    lab.judge.rules = replace(rules, rules=kept)
    assert lab.drift() == ["alert-not-loaded:lab/order-service/OutboxStuck"]


def test_a_loosened_objective_is_told(lab: DeclaredLab) -> None:
    """With the bound that the rules have."""
    rules = lab.judge.rules
    changed = [
        replace(one, when=(replace(one.when[0], bound=0.5), *one.when[1:])) if one.id == "refund-latency-30s" else one
        for one in rules.rules
    ]
    lab.judge.rules = replace(rules, rules=tuple(changed))
    (one,) = lab.told()["drift"]
    assert one["id"] == "objective-changed:lab/refund-latency"
    assert "0.5" in one["seen"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda told: told["replicas"].pop("api-gateway-2"), ["node-missing:api-gateway-2"]),
        (lambda told: told["replicas"]["order-service-1"].update(pid=None), ["node-missing:order-service-1"]),
        (
            lambda told: told["replicas"].update({"api-gateway-3": told["replicas"]["api-gateway-1"]}),
            ["node-extra:api-gateway-3"],
        ),
    ],
)
def test_replicas_are_those_of_the_state_file(lab: DeclaredLab, change: Any, found: list[str]) -> None:
    """Missing, without a process, too many."""
    told = json.loads(lab.home.state_file.read_text())
    change(told)
    lab.home.state_file.write_text(json.dumps(told))
    assert lab.drift() == found


def test_drift_is_accepted_and_counts_again_when_it_changes(lab: DeclaredLab) -> None:
    """It is listed apart with its reason; with another value it is other drift, and the decision is stale."""
    lab.put("order-service", "payment.timeout_s", 3.0)
    told = lab.told("--accept", SLOW, "--because", "until the provider is well", "--as", "ada")
    assert told["drift"] == []
    (one,) = told["accepted"]
    assert (one["decision"]["by"], one["decision"]["because"]) == ("ada", "until the provider is well")
    shown = lab.lab()
    assert shown.exit_code == 0
    assert "until the provider is well (ada, " in shown.stdout
    lab.put("order-service", "payment.timeout_s", 4.0)
    told = lab.told()
    assert [one["id"] for one in told["drift"]] == ["setting-changed:order-service-1/payment.timeout_s=4"]
    assert [one["id"] for one in told["stale"]] == [SLOW]
    assert f"stale {SLOW}" in lab.lab().stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--accept", "call-undeclared:a/b", "--because", "x"), "There is no drift"),
        (("--accept", SLOW), "go together"),
        (("--because", "x"), "go together"),
        (("--terraform", "pyproject.toml"), "is no JSON"),
        (("--kubernetes", "docs"), "neither JSON nor YAML"),
        (("--file", "README.md"), "is no JSON"),
        (("--since", "tomorrow"), "Invalid value"),
    ],
)
def test_what_cannot_be_meant_is_refused(lab: DeclaredLab, words: tuple[str, ...], message: str) -> None:
    """Exit code 2, and why."""
    refused = lab.lab(*words)
    assert refused.exit_code == 2
    assert message in refused.output


def test_without_a_lab_files_are_still_compared(tmp_path: Path) -> None:
    """What is live is skipped, with the reason."""
    lab = DeclaredLab(declared_home(tmp_path), None)  # type: ignore[arg-type]
    told = lab.told()
    skipped = {one["name"] for one in told["checks"] if "No lab runs" in one["skipped"]}
    assert skipped == {"calls", "processes", "alerts", "objectives", "settings"}
    assert told["drift"] == []


def declared_home(folder: Path) -> Any:
    """Return a home in which no lab has run."""
    from lab.home import Home  # noqa: PLC0415 -- of this one test

    return Home.at(folder / "none")


def test_a_store_that_is_away_costs_what_it_is_asked_for_only(lab: DeclaredLab) -> None:
    """Processes and settings are compared all the same."""
    told = json.loads(lab.home.state_file.read_text())
    told["urls"] = {}
    lab.home.state_file.write_text(json.dumps(told))
    skipped = {one["name"] for one in lab.told()["checks"] if "no evidence store" in one["skipped"]}
    assert skipped == {"calls", "alerts", "objectives"}


def test_given_files_are_compared(lab: DeclaredLab, tmp_path: Path) -> None:
    """Manifests in YAML: what no node names, and what is scaled; each with file and line."""
    every = [
        *(f"kind: Deployment\nmetadata: {{name: {name}}}" for name in DEPLOYED if name != "api-gateway"),
        "kind: Deployment\nmetadata: {name: api-gateway}\nspec: {replicas: 3}",
        *(f"kind: StatefulSet\nmetadata: {{name: {name}}}" for name in ("postgres", "postgres-replica", "rabbitmq")),
        "kind: Namespace\nmetadata: {name: nightshift}",
    ]
    file = tmp_path / "all.yaml"
    file.write_text("\n---\n".join(every) + "\n")
    assert lab.drift("--kubernetes", str(file)) == ["kubernetes-replicas:deployment/api-gateway/3"]
    file.write_text("\n---\n".join(every).replace("replicas: 3", "replicas: 2") + "\n")
    assert lab.drift("--kubernetes", str(file)) == []
    (tmp_path / "more.json").write_text('{"kind": "DaemonSet",\n "metadata": {"name": "spy"}}')
    (one,) = lab.told("--kubernetes", str(file), "--kubernetes", str(tmp_path / "more.json"))["drift"]
    assert one["id"] == "kubernetes-extra:daemonset/spy"
    assert one["evidence"][0].endswith("more.json:1")


DEPLOYED = (
    "web-frontend",
    "load-balancer",
    "api-gateway",
    "order-service",
    "inventory-service",
    "payment-service",
    "billing-service",
    "fulfilment-worker",
    "payment-provider",
)
