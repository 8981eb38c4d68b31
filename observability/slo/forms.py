"""A notice in the words of its receiver: a plain webhook, Slack's incoming webhooks, PagerDuty's Events API v2."""

from datetime import UTC, datetime
from typing import Any

from observability.slo.alert import Alert
from observability.slo.grouping import Notice

LONGEST_SUMMARY = 1024
"""Of an event of PagerDuty."""
_COLOURS = {"page": "danger", "ticket": "warning"}
_SEVERITIES = {"page": "critical", "ticket": "warning"}


def plain(notice: Notice) -> dict[str, Any]:
    """Return a notice as it is."""
    return {"version": 1, **notice.as_json()}


def slack(notice: Notice) -> dict[str, Any]:
    """Return a message with one attachment per alert; Mattermost and Rocket.Chat read it too."""
    over = notice.kind == "resolved"
    return {
        "text": notice.headline,
        "attachments": [
            {
                "color": "good" if over else _COLOURS[alert.severity],
                "fallback": alert.summary,
                "title": alert.name,
                "text": alert.summary,
                "fields": [
                    {"title": title, "value": value, "short": True}
                    for title, value in (("Owner", alert.owner), ("Severity", alert.severity), *_links(alert))
                ],
                "ts": int(notice.at_s),
            }
            for alert in notice.alerts
        ],
    }


def pagerduty(notice: Notice) -> dict[str, Any]:
    """Return an event but for its `routing_key`; PagerDuty tells repetitions by the group."""
    event: dict[str, Any] = {
        "event_action": "resolve" if notice.kind == "resolved" else "trigger",
        "dedup_key": notice.group,
    }
    if notice.kind == "resolved":
        return event
    links = [
        {"href": value, "text": title} for alert in notice.alerts for title, value in _links(alert) if "://" in value
    ]
    return event | {
        "client": "nightshift",
        "links": links,
        "payload": {
            "summary": notice.headline[:LONGEST_SUMMARY],
            "source": notice.subject,
            "severity": _SEVERITIES[notice.severity],
            "timestamp": datetime.fromtimestamp(notice.at_s, UTC).isoformat(),
            "component": notice.subject,
            "group": notice.owner,
            "class": notice.alerts[0].name,
            "custom_details": {alert.name: alert.summary for alert in reversed(notice.alerts)},
        },
    }


def _links(alert: Alert) -> tuple[tuple[str, str], ...]:
    return ("Runbook", alert.runbook), ("Dashboard", alert.dashboard)
