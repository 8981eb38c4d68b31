"""A small valid scenario file that tests change."""

from chaos.scenario.loading import parse
from chaos.scenario.model import Scenario

SMALL = """\
name = "small"
title = "Cents get lost"
level = 1
tags = ["money"]
duration = "10m"
page = "The totals do not match."
settle = "1s"

[load]
users = 40
shape = "steady"

[[action]]
fault = "billing.float_drift"
for = "60s"

[[steady]]
says = "No cents are lost"
kind = "value"
metric = "ledger_drift_cents"
of = "billing-service"
at_most = 0

[[symptom]]
says = "Cents are lost"
within = "1s"
kind = "value"
metric = "ledger_drift_cents"
of = "billing-service"
at_least = 10

[[guard]]
says = "Memory is not exhausted"
patience = "0s"
kind = "value"
metric = "process_resident_memory_bytes"
at_most = 1000

[[hint]]
price = 1
text = "Look at billing."

[[hint]]
price = 2
text = "Look at its sums."

[[hint]]
price = 3
text = "Look at their type."

[answer]
service = "billing-service"
mechanism = "Binary floats."
first_evidence = "The gauge."
repair = "Decimal."
five_whys = ["Because.", "Because.", "Because.", "Because.", "Because."]

[answer.tempting]
says = "The queue."
wrong_because = "It is not."
"""


def changed(*changes: tuple[str, str]) -> str:
    """Return the small file with each text replaced by another, once; fail when it is not there."""
    text = SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def small(*changes: tuple[str, str]) -> Scenario:
    """Return the small scenario, changed."""
    return parse("small", changed(*changes))
