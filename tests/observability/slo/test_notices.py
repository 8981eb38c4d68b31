"""Whoever wants to be told is told: each matter once, in the receiver's own form, and again when it was away."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from observability.slo import delivery
from observability.slo.alert import Alert
from observability.slo.grouping import Group, Notice, regrouped
from observability.slo.runtime import Alerting
from observability.slo.settings import AlertsSettings
from tests.support.polling import poll_until_async
from tests.support.recorded_series import RecordedSeries
from tests.support.shop_series import STEP_S, between, healthy
from tests.support.webhook_receiver import WebhookReceiver

KEY = "an-integration-key"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE_S", 0.01)


@pytest.fixture
def drifting() -> RecordedSeries:
    """Return a shop whose ledger is wrong from the tenth second to the thirtieth."""
    shop = healthy(120)
    shop.gauge("ledger_drift_cents", between(10, 30, 7), service="billing-service", instance="billing-service-1")
    return RecordedSeries(shop.values, STEP_S)


async def rounds(alerting: Alerting, source: RecordedSeries, until_s: float) -> None:
    """Judge every two seconds of the written time."""
    while source.time_s <= until_s:
        await alerting.evaluate()
        source.time_s += STEP_S


async def told(alerting: Alerting, receiver: WebhookReceiver, count: int) -> list[dict[str, Any]]:
    """Return what a receiver got, once it is so many."""

    async def enough() -> bool:
        return len(receiver.taken) >= count

    await poll_until_async(enough, f"{count} notices")
    return receiver.taken


class _Silent(Alerting):
    """Judges only when it is told to."""

    async def _evaluate_for_ever(self) -> None:
        return


async def test_a_plain_webhook_hears_of_the_beginning_and_of_the_end(drifting: RecordedSeries) -> None:
    """Two notices for ten rounds in which the alert fired."""
    with WebhookReceiver() as receiver:
        async with _Silent(drifting, AlertsSettings(webhook_url=receiver.url)) as alerting:
            await rounds(alerting, drifting, 60)
            opened, resolved = await told(alerting, receiver, 2)
    assert (opened["event"], opened["severity"], opened["group"]) == ("opened", "page", "billing-team/billing-service")
    assert opened["headline"] == ("[PAGE] billing-service: Running totals and entries of the ledger are 7 cents apart")
    (alert,) = opened["alerts"]
    assert (alert["name"], alert["runbook"]) == ("LedgerDrift", "docs/ops/runbooks/billing-service.md")
    assert alert["dashboard"] == "http://127.0.0.1:3000/d/service?var-service=billing-service"
    assert resolved["event"] == "resolved"
    assert resolved["at_s"] == 36


async def test_slack_gets_a_message_with_an_attachment_per_alert(drifting: RecordedSeries) -> None:
    """Red while it lasts, green when it is over."""
    with WebhookReceiver() as receiver:
        async with _Silent(drifting, AlertsSettings(slack_url=receiver.url)) as alerting:
            await rounds(alerting, drifting, 60)
            opened, resolved = await told(alerting, receiver, 2)
    assert opened["text"].startswith("[PAGE] billing-service: ")
    assert [(one["color"], one["title"]) for one in opened["attachments"]] == [("danger", "LedgerDrift")]
    assert {"title": "Owner", "value": "billing-team", "short": True} in opened["attachments"][0]["fields"]
    assert [one["color"] for one in resolved["attachments"]] == ["good"]


async def test_pagerduty_gets_events_under_one_key(drifting: RecordedSeries) -> None:
    """Events API v2: a trigger with a payload, and a resolve with the same `dedup_key`."""
    with WebhookReceiver() as receiver:
        settings = AlertsSettings(pagerduty_url=receiver.url, pagerduty_routing_key=KEY)
        async with _Silent(drifting, settings) as alerting:
            await rounds(alerting, drifting, 60)
            trigger, resolve = await told(alerting, receiver, 2)
    assert (trigger["routing_key"], trigger["event_action"]) == (KEY, "trigger")
    assert set(trigger["payload"]) >= {"summary", "source", "severity", "timestamp", "component", "group", "class"}
    assert trigger["payload"]["severity"] == "critical"
    assert resolve == {"routing_key": KEY, "event_action": "resolve", "dedup_key": trigger["dedup_key"]}


async def test_pagerduty_is_not_told_of_tickets() -> None:
    """An open breaker waits for the morning."""
    shop = healthy(60)
    shop.gauge("circuit_breaker_state", between(10, 30, 2), peer="payment-service", service="order-service",
               instance="order-service-1")  # fmt: skip
    source = RecordedSeries(shop.values, STEP_S)
    with WebhookReceiver() as receiver, WebhookReceiver() as plain:
        settings = AlertsSettings(pagerduty_url=receiver.url, pagerduty_routing_key=KEY, webhook_url=plain.url)
        async with _Silent(source, settings) as alerting:
            await rounds(alerting, source, 60)
            assert [one["severity"] for one in await told(alerting, plain, 2)] == ["ticket", "ticket"]
    assert receiver.tries == 0


async def test_a_receiver_that_is_out_of_sorts_is_told_again(drifting: RecordedSeries) -> None:
    """In the old order, and each notice arrives once."""
    with WebhookReceiver(503, 429, 500) as receiver:
        async with _Silent(drifting, AlertsSettings(webhook_url=receiver.url)) as alerting:
            await rounds(alerting, drifting, 60)
            assert [one["event"] for one in await told(alerting, receiver, 2)] == ["opened", "resolved"]
    assert receiver.tries == 5


async def test_a_notice_that_is_refused_is_not_sent_again(drifting: RecordedSeries) -> None:
    """400 says that it will never be taken; the next one is tried all the same."""
    with WebhookReceiver(400) as receiver:
        async with _Silent(drifting, AlertsSettings(webhook_url=receiver.url)) as alerting:
            await rounds(alerting, drifting, 60)
            assert [one["event"] for one in await told(alerting, receiver, 1)] == ["resolved"]
    assert receiver.tries == 2


async def test_a_new_life_neither_forgets_nor_repeats(drifting: RecordedSeries, tmp_path: Path) -> None:
    """The process ends while an alert fires and its notice waits; the next one sends it, and then the end of it."""
    database = tmp_path / "alerts.db"
    with WebhookReceiver() as gone:
        url = gone.url
    async with _Silent(drifting, AlertsSettings(webhook_url=url, database=database)) as alerting:
        await rounds(alerting, drifting, 20)
        fired_at_s = alerting.board.alerts()[0].fired_at_s
    with WebhookReceiver() as receiver:
        async with _Silent(drifting, AlertsSettings(webhook_url=receiver.url, database=database)) as alerting:
            (alert,) = alerting.board.alerts()
            assert (alert.state, alert.fired_at_s) == ("firing", fired_at_s)
            await rounds(alerting, drifting, 60)
            assert [one["event"] for one in await told(alerting, receiver, 2)] == ["opened", "resolved"]
            assert [(one.name, one.state) for one in alerting.history(10)] == [("LedgerDrift", "resolved")]
    assert KEY.encode() not in database.read_bytes()


def alert(name: str = "QueueStuck", severity: str = "ticket", subject: str = "fulfilment-worker") -> Alert:
    """Return an alert that fires."""
    return Alert(
        id=name + severity, rule=name, name=name, labels={}, state="firing", severity=severity, owner="fulfilment-team",
        subject=subject, value=1, summary="messages wait", runbook="pending", dashboard="pending", active_at_s=0,
        fired_at_s=0,
    )  # fmt: skip


Told = Callable[..., tuple[dict[str, Group], list[Notice]]]


def test_alerts_of_one_matter_are_told_together() -> None:
    """The worst first; another subject is another matter."""
    some = [alert(), alert("DeadLetters", "page"), alert(subject="order-service")]
    groups, notices = regrouped({}, some, [], 10, 30)
    assert [(one.subject, [a.name for a in one.alerts]) for one in notices] == [
        ("fulfilment-worker", ["DeadLetters", "QueueStuck"]), ("order-service", ["QueueStuck"]),
    ]  # fmt: skip
    assert regrouped(groups, some, [], 100, 30) == (groups, [])


def test_what_gets_worse_is_told_at_once_and_what_is_added_after_a_while() -> None:
    """A page on top of a ticket cannot wait; another ticket can."""
    groups, _ = regrouped({}, [alert()], [], 10, 30)
    _, worse = regrouped(groups, [alert(), alert("DeadLetters", "page")], [], 12, 30)
    assert [(one.kind, one.severity) for one in worse] == [("changed", "page")]
    more = [alert(), alert("BreakerOpen")]
    assert regrouped(groups, more, [], 12, 30)[1] == []
    assert [one.kind for one in regrouped(groups, more, [], 40, 30)[1]] == ["changed"]


def test_the_end_is_told_in_the_worst_severity_that_there_was() -> None:
    """Or whoever was paged would never hear that it is over."""
    groups, _ = regrouped({}, [alert("DeadLetters", "page"), alert()], [], 10, 30)
    groups, notices = regrouped(groups, [alert()], [alert("DeadLetters", "page")], 20, 30)
    assert notices == []
    groups, notices = regrouped(groups, [], [alert()], 30, 30)
    assert (groups, [(one.kind, one.severity) for one in notices]) == ({}, [("resolved", "page")])
