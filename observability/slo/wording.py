"""Sentences with figures in them: written once, filled in here or by Prometheus.

A sentence is a format string: `{service}` is a label of the alert, `{value:percent}` its value.
"""

from collections.abc import Callable, Mapping
from string import Formatter

_FORMS: dict[str, tuple[Callable[[float], str], str]] = {
    "percent": (lambda value: f"{value * 100:.4g}%", "{{ $value | humanizePercentage }}"),
    "seconds": (lambda value: f"{value:.1f} s", '{{ printf "%.1f" $value }} s'),
    "count": (lambda value: f"{value:.0f}", '{{ printf "%.0f" $value }}'),
}
"""Form of a value → how it is written here, and Prometheus' template for the same."""


def filled(sentence: str, labels: Mapping[str, str], value: float) -> str:
    """Return a sentence with its figures."""
    return _written(sentence, lambda label: labels.get(label, ""), lambda form: _FORMS[form][0](value))


def template(sentence: str) -> str:
    """Return a sentence as a template of Prometheus."""
    return _written(sentence, lambda label: f"{{{{ $labels.{label} }}}}", lambda form: _FORMS[form][1])


def _written(sentence: str, label: Callable[[str], str], value: Callable[[str], str]) -> str:
    pieces = []
    for text, name, form, _ in Formatter().parse(sentence):
        pieces.append(text)
        if name is not None:
            pieces.append(value(form or "") if name == "value" else label(name))
    return "".join(pieces)
