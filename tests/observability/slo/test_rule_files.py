"""The rule files of Prometheus are what the document and the code say."""

import json
import subprocess
import sys

import pytest

from observability.slo import wording
from observability.slo.document import load
from observability.slo.presets import PRESETS, Preset
from observability.slo.prometheus import FOLDER, rule_file
from observability.slo.promql import duration
from observability.slo.rules import ruleset
from tests.support.pages import ROOT


def test_they_are_current() -> None:
    """If this fails: run make docs."""
    command = [sys.executable, "-m", "observability.slo", "--check"]
    verdict = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stdout


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_rule_is_in_them(preset: Preset) -> None:
    """Each alert with its labels, its sentence and its links; the file is JSON, and so it is YAML."""
    rules = ruleset(load(), preset)
    groups = json.loads((FOLDER / f"{preset.name}.yaml").read_text())["groups"]
    assert json.loads(rule_file(rules))["groups"] == groups
    written = [rule for group in groups for rule in group["rules"]]
    alerts = [rule for rule in written if "alert" in rule]
    assert len(alerts) == len(rules.rules)
    assert len(written) - len(alerts) == len(rules.recordings)
    assert all({"summary", "runbook", "dashboard"} == set(alert["annotations"]) for alert in alerts)


def test_production_has_the_textbook_windows() -> None:
    """2 % of a month's budget in an hour, 5 % in six hours, 10 % in three days."""
    burns = PRESETS["production"].burns
    month_s = PRESETS["production"].period_s
    assert [(duration(b.long_s), duration(b.short_s), b.rate) for b in burns] == [
        ("1h", "5m", 14.4), ("6h", "30m", 6), ("3d", "6h", 1),
    ]  # fmt: skip
    assert [round(b.rate * b.long_s / month_s, 4) for b in burns] == [0.02, 0.05, 0.1]


def test_a_sentence_reads_the_same_here_and_there() -> None:
    """Labels and figures stand where Prometheus' template has them."""
    sentence = "{instance}: {value:percent}, {value:seconds}, {value:count}"
    assert wording.filled(sentence, {"instance": "order-service-1"}, 0.12345) == "order-service-1: 12.35%, 0.1 s, 0"
    assert wording.template(sentence) == (
        '{{ $labels.instance }}: {{ $value | humanizePercentage }}, {{ printf "%.1f" $value }} s,'
        ' {{ printf "%.0f" $value }}'
    )
