"""The probe of a failure mode: what a program looks at to tell whether its symptom is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import ge, gt, lt
from typing import Any

BOUNDS = {">": gt, ">=": ge, "<": lt}
MOST = 1e300
"""No bound is as large; JSON knows larger numbers, and some that are none."""
_BOUNDED = frozenset({"labels", "is", "than"})
FORMS: Mapping[str, frozenset[str]] = {
    "metric": _BOUNDED,
    "increase": _BOUNDED | {"within-s"},
    "p99": _BOUNDED | {"within-s"},
    "failure-share": _BOUNDED | {"within-s"},
    "alert": frozenset(),
    "invariant": frozenset(),
}
"""Form → what else it takes; there is no other form, and each of them is evaluated in `advisor.live.probing`."""
_OPTIONAL: Mapping[str, frozenset[str]] = {"metric": frozenset({"per"})}


class NoProbe(ValueError):
    """Nothing that can be evaluated; `mend` says what to write instead."""

    def __init__(self, wrong: str, mend: str) -> None:
        super().__init__(wrong)
        self.mend = mend


@dataclass(frozen=True)
class Probe:
    """One probe. `name`: of a metric, of an alert, or what has to hold between the books in words."""

    form: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    bound: str = ">"
    than: float = 0.0
    within_s: float = 0.0
    per: str = ""
    """The gauge of which the value is taken as a share."""

    def holds(self, value: float) -> bool:
        """Whether a value is beyond the bound."""
        return bool(BOUNDS[self.bound](value, self.than))


def read(value: Any) -> Probe:
    """Return the probe that a document has. Raises NoProbe."""
    told = value if isinstance(value, Mapping) else {}
    forms = [form for form in FORMS if form in told]
    if len(forms) != 1:
        have = f"has {' and '.join(forms)}" if forms else "has no form that is known"
        raise NoProbe(have, f"Write one of: {', '.join(FORMS)}.")
    form = forms[0]
    needed = {form, *FORMS[form]}
    if wrong := (needed - set(told)) | (set(told) - needed - _OPTIONAL.get(form, frozenset())):
        takes = f"Write next to {form!r}: {', '.join(sorted(FORMS[form]))}." if FORMS[form] else "Leave that out."
        raise NoProbe(f"lacks, or cannot use: {', '.join(sorted(wrong))}", takes)
    for key, said in told.items():
        if not _FITS.get(key, _is_text)(said):
            raise NoProbe(f"has no usable {key!r}", f"Write {_MEANT.get(key, 'a name')}.")
    return Probe(
        form,
        told[form],
        told.get("labels", {}),
        told.get("is", ">"),
        float(told.get("than", 0)),
        float(told.get("within-s", 0)),
        told.get("per", ""),
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -MOST < value < MOST


def _are_labels(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, value.values()))


def _is_length(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_bound(value: Any) -> bool:
    return isinstance(value, str) and value in BOUNDS


_FITS = {"labels": _are_labels, "is": _is_bound, "than": _is_number, "within-s": _is_length}
_MEANT = {
    "labels": 'the labels of the series: {"service": "order-service"}',
    "is": f"one of {', '.join(BOUNDS)}",
    "than": "a number",
    "within-s": "how many seconds back it looks",
}
