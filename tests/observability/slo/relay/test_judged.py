"""What Prometheus says of rules becomes alerts of ours: the same members, the same ids."""

from typing import Any

import pytest

from observability.slo.alert import beginning
from observability.slo.relay.judged import judged
from observability.slo.rules import Rule, Ruleset

ACTIVE = "2026-01-31T12:00:00.123456789Z"
ACTIVE_S = 1769860800.123456


def told(rules: Ruleset, **of: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of Prometheus that has all rules; `of` adds members to those with this id."""
    known = {name.replace("__", "-"): members for name, members in of.items()}
    return {
        "groups": [
            {
                "rules": [
                    {
                        "name": rule.name, "labels": dict(rule.labels), "alerts": [], "health": "ok",
                        "lastEvaluation": "2026-01-31T12:00:10Z",
                    }
                    | known.get(rule.id, {})
                    for rule in rules.rules
                ]
            }
        ]
    }  # fmt: skip


def drift(rules: Ruleset) -> Rule:
    """Return one rule."""
    return next(rule for rule in rules.rules if rule.id == "billing-service-LedgerDrift")


def alert(rule: Rule, **members: Any) -> dict[str, Any]:
    """Return an alert as Prometheus tells it."""
    labels = {"alertname": rule.name, "instance": "billing-service-1", **rule.labels}
    own = {"labels": labels, "annotations": {"summary": "7 cents"}, "activeAt": ACTIVE, "state": "firing"}
    return {**own, "value": "7e+00", **members}


def test_an_alert_has_the_id_that_we_would_give_it(drill: Ruleset) -> None:
    """And value, sentence, owner, and since when it fires."""
    rule = drift(drill)
    found = judged(told(drill, billing__service__LedgerDrift={"alerts": [alert(rule)]}), drill)
    (one,) = found.alerts
    group = (("instance", "billing-service-1"), ("service", "billing-service"))
    assert one.id == beginning(rule, group, 7, 0).id
    assert (one.state, one.value, one.summary, one.severity, one.owner) == (
        "firing", 7, "7 cents", rule.severity, "billing-team",
    )  # fmt: skip
    assert one.fired_at_s == pytest.approx(ACTIVE_S + rule.hold_s)
    assert (found.at_s, found.problem) == (1769860810, "")


def test_a_pending_alert_has_not_fired(drill: Ruleset) -> None:
    """However long."""
    members = {"alerts": [alert(drift(drill), state="pending")]}
    (one,) = judged(told(drill, billing__service__LedgerDrift=members), drill).alerts
    assert (one.state, one.fired_at_s) == ("pending", None)


def test_rules_that_are_not_loaded_are_a_problem(drill: Ruleset) -> None:
    """An alert that nobody judges is not quiet."""
    found = judged({"groups": []}, drill)
    assert (found.at_s, found.alerts) == (None, ())
    assert "rules/drill.yaml" in found.problem
    assert found.missing == {rule.id for rule in drill.rules}


def test_which_rule_is_not_loaded_is_told(drill: Ruleset) -> None:
    """By its id."""
    answer = told(drill)
    rules = answer["groups"][0]["rules"]
    rules.remove(next(one for one in rules if one["name"] == "LedgerDrift"))
    assert judged(answer, drill).missing == {drift(drill).id}
    assert judged(told(drill), drill).missing == frozenset()


def test_a_rule_that_fails_is_a_problem(drill: Ruleset) -> None:
    """With what Prometheus says."""
    members = {"health": "err", "lastError": "many-to-many matching"}
    assert "many-to-many" in judged(told(drill, billing__service__LedgerDrift=members), drill).problem


def test_rules_of_others_are_left_out(drill: Ruleset) -> None:
    """Whatever they are called."""
    answer = told(drill)
    answer["groups"][0]["rules"].append({"name": "LedgerDrift", "labels": {"severity": "page"}, "alerts": [{}]})
    assert judged(answer, drill).alerts == ()
