"""Claims about the probes of failure modes: each can be seen, and what cannot be evaluated is none."""

from math import inf
from typing import Any

import pytest

from advisor.live.lab import Firing, Harm
from advisor.live.measures import probed
from advisor.live.probing import EVALUATED, View, seen
from advisor.live.signs import WINDOW_S
from advisor.probe import FORMS, NoProbe, Probe, read
from observability.evidence.model import Window
from observability.impact.model import Damage
from tests.support.answers import OF
from tests.support.live_lab import NOW_S, StandInLab, Story

PROBES = {str(probe): probe for *_, probe in probed(OF)}
RECENT = Window(NOW_S - WINDOW_S, NOW_S)
BOUNDED = {"labels": {"service": "shop"}, "is": ">", "than": 1}


def lab_with(probe: Probe, value: float) -> StandInLab:
    """Return a lab in which what a probe looks at has this value; an alert, or harm, is there unless it is 0."""
    story = Story()
    if probe.form == "alert":
        story.lab.firing += [Firing(probe.name, "shop", "page", "It is seen")] if value else []
    elif probe.form == "invariant":
        story.lab.harmed = Harm((Damage(probe.name, "money", "o1", "It is seen"),) if value else ())
    else:
        _measure(story, probe, value, dict(probe.labels))
    return story.lab


def _measure(story: Story, probe: Probe, value: float, labels: dict[str, str]) -> None:
    match probe.form:
        case "metric":
            story.gauge(probe.name, 8 * value if probe.per else value, **labels)
            if probe.per:
                story.gauge(probe.per, 8, **labels)
        case "increase":
            story.rising(probe.name, labels, value / probe.within_s)
        case "p99":
            story.rising(f"{probe.name}_count", labels, 1)
            for bound in (value, inf):
                story.rising(f"{probe.name}_bucket", {**labels, "le": "+Inf" if bound == inf else f"{bound:g}"}, 1)
        case "failure-share":
            story.rising(f"{probe.name}_count", {**labels, "status": "200"}, 1 - value)
            story.rising(f"{probe.name}_count", {**labels, "status": "503"}, value)


async def looked(probe: Probe, value: float) -> tuple[str, Any] | None:
    """Return what a probe sees."""
    lab = lab_with(probe, value)
    return await seen(probe, View(lab.evidence, lab.firing, lab.harmed, RECENT))


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES)
async def test_each_symptom_of_the_document_can_be_seen(probe: Probe) -> None:
    """Beyond its bound, with its source; and not on this side of it, nor where nothing is told."""
    more, less = probe.than + 0.25 * max(abs(probe.than), 0.5), probe.than - 0.25 * max(abs(probe.than), 0.5)
    there, absent = (less, more) if probe.bound == "<" else (more, max(less, 0))
    if probe.form in ("alert", "invariant"):
        there, absent = 1, 0
    found = await looked(probe, there)
    assert found is not None
    assert probe.name in found[1].ref
    assert await looked(probe, absent) is None
    empty = Story().lab
    assert await seen(probe, View(empty.evidence, [], Harm(), RECENT)) is None


def test_every_form_is_evaluated() -> None:
    """And the document has each of them."""
    assert EVALUATED.keys() == FORMS.keys() == {probe.form for probe in PROBES.values()}


@pytest.mark.parametrize(
    ("told", "says", "mend"),
    [
        ("up", "has no form that is known", "Write one of: metric, increase, p99, failure-share, alert, invariant."),
        ({"impact": "money"}, "has no form that is known", "Write one of: "),
        ({"alert": "X", "invariant": "y"}, "has alert and invariant", "Write one of: "),
        ({"metric": "up", "labels": {}, "is": "<"}, "lacks, or cannot use: than", "Write next to 'metric': "),
        ({"p99": "x", **BOUNDED}, "lacks, or cannot use: within-s", "within-s."),
        ({"p99": "x", **BOUNDED, "within-s": 60, "per": "y"}, "lacks, or cannot use: per", "Write next to 'p99'"),
        ({"alert": "X", "than": 1}, "lacks, or cannot use: than", "Leave that out."),
        ({"metric": "up", **BOUNDED, "is": "=="}, "has no usable 'is'", "Write one of >, >=, <."),
        ({"metric": "up", **BOUNDED, "than": "1"}, "has no usable 'than'", "Write a number."),
        ({"metric": "up", **BOUNDED, "labels": "x"}, "has no usable 'labels'", "Write the labels"),
        ({"increase": "x", **BOUNDED, "within-s": 0}, "has no usable 'within-s'", "Write how many seconds"),
        ({"alert": ""}, "has no usable 'alert'", "Write a name."),
    ],
)
def test_what_cannot_be_evaluated_is_no_probe(told: Any, says: str, mend: str) -> None:
    """It is said what is wrong, and what to write."""
    with pytest.raises(NoProbe, match=says) as no:
        read(told)
    assert mend in no.value.mend
