"""Metrics, from the vocabulary that services take their names from."""

from lab.reference.tables import code, table
from observability.wiring import vocabulary

UNITS = ("seconds", "cents", "units")


def listed() -> str:
    """Draw the table of metrics, in the order of the vocabulary."""
    rows = [
        (code(metric.name), metric.kind, unit(metric.name), ", ".join(map(code, metric.labels)), metric.help)
        for metric in vocabulary.metrics()
    ]
    return table(("name", "type", "unit", "labels", "meaning"), rows)


def unit(name: str) -> str:
    """Return the unit that a metric's name ends with; nothing for a plain number."""
    last = name.removesuffix("_total").rpartition("_")[2]
    return last if last in UNITS else ""
