"""Words that give the answer away are found, and others are not."""

import pytest

from lab.leaks.words import Words

WORDS = Words(
    ["billing.float_drift", "network.latency", "network.timeout", "process.cpu"], ["billing-drift", "slow-network"]
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('File "services/billing/faults/float_drift.py", line 3', "telling"),
        ("billing.float_drift", "fault"),
        ("BILLING_FLOAT_DRIFT=1", "fault"),
        ("class FloatDrift:", "fault"),
        ("float drift", "fault"),
        ("x-float-drift: on", "fault"),
        ("network.latency is on", "fault"),
        ("scenario=slow-network", "telling"),
        ("slow_network", "scenario"),
        ("scenarios/billing-drift.toml", "scenario"),
        ("a fault was injected", "telling"),
        ("chaos", "telling"),
        ("CHAOS_PORT", "telling"),
        ("toxic", "telling"),
        ("my_network.timeout", "fault"),
    ],
)
def test_it_is_found_however_it_is_written(text: str, kind: str) -> None:
    """Joints and case do not matter, nor what stands around."""
    assert kind in {hit.kind for hit in WORDS.within(text)}


@pytest.mark.parametrize(
    "text",
    [
        "ledger.drift drift_cents=3",
        "default",
        "latency",
        "the network is slow",
        "payment.changed",
        "network",
        "floating drifts",
        "lab ops set payment card_network.timeout_s=0.5",
    ],
)
def test_words_of_the_trade_are_no_findings(text: str) -> None:
    """A symptom may be called by its name."""
    assert list(WORDS.within(text)) == []


def test_words_without_names_still_tell() -> None:
    """A lab without faults has telling words all the same."""
    assert [hit.word for hit in Words([], []).within("an injected Fault")] == ["injected", "Fault"]
