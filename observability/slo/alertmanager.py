"""The configuration of Alertmanager: by owner, tier and severity to the pager, in groups as `grouping.py` has them."""

import json
from pathlib import Path
from typing import Any, get_args

from observability.slo.presets import Severity
from observability.slo.promql import duration
from observability.slo.rules import Ruleset

FOLDER = Path(__file__).with_name("alertmanager")
PAGER = "http://evidence-store-1:8108/api/pager"
TOGETHER = ("owner", "flow", "service")
"""Alerts that agree in these are one matter: an owner and a subject."""
REPEAT_S = 86400.0
"""A matter that goes on is not told again for a day; the pager keeps it."""
MOMENT_S = 1.0
"""What begins together is told together."""


def config_file(of: Ruleset) -> str:
    """Write the configuration for the rules of a preset; JSON is YAML."""
    return json.dumps(_config(of), indent=1) + "\n"


def _config(of: Ruleset) -> dict[str, Any]:
    tiers = {
        owner: sorted({rule.subject.tier for rule in of.rules if rule.subject.owner == owner})
        for owner in sorted({rule.subject.owner for rule in of.rules})
    }
    names = [
        receiver(owner, tier, severity) for owner in tiers for tier in tiers[owner] for severity in get_args(Severity)
    ]
    return {
        "route": {
            "receiver": "nobody-in-particular",
            "group_by": list(TOGETHER),
            "group_wait": duration(MOMENT_S),
            "group_interval": duration(of.preset.regroup_s),
            "repeat_interval": duration(REPEAT_S),
            "routes": [
                {"matchers": [f'owner="{owner}"'], "routes": [_route(owner, tier) for tier in tiers[owner]]}
                for owner in tiers
            ],
        },
        "receivers": [_receiver(name) for name in ("nobody-in-particular", *names)],
    }


def receiver(owner: str, tier: str, severity: str) -> str:
    """Return the name of who is told: `orders-team-tier-1-page`."""
    return f"{owner}-{tier}-{severity}"


def _route(owner: str, tier: str) -> dict[str, Any]:
    """Return the route of an owner's tier. A matter that becomes a page is a new group there, and is told at once."""
    each = [
        {"matchers": [f'severity="{severity}"'], "receiver": receiver(owner, tier, severity)}
        for severity in get_args(Severity)
    ]
    return {"matchers": [f'tier="{tier}"'], "routes": each}


def _receiver(name: str) -> dict[str, Any]:
    return {"name": name, "webhook_configs": [{"url": PAGER, "send_resolved": True, "max_alerts": 0}]}
