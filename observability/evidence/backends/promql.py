"""Questions about metrics as PromQL."""

import re

from observability.evidence.errors import BadQuery
from observability.evidence.model import Selector
from observability.evidence.selectors import written

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def risen(counter: Selector, over_s: float, by: tuple[str, ...] | None, function: str = "increase") -> str:
    """Return `increase(…)` or `rate(…)` over the last seconds, summed by labels where they are named."""
    each = f"{function}({written(counter)}[{milliseconds(over_s)}ms])"
    return each if by is None else f"sum by ({_names(by)}) ({each})"


def quantile(histogram: Selector, wanted: float, over_s: float, by: tuple[str, ...]) -> str:
    """Return `histogram_quantile(…)` per group."""
    if not 0 <= wanted <= 1:
        raise BadQuery(f"A quantile lies between 0 and 1, not at {wanted:g}.")
    buckets = Selector(f"{histogram.metric}_bucket", histogram.matchers)
    return f"histogram_quantile({wanted!r}, {risen(buckets, over_s, ('le', *by), 'rate')})"


def milliseconds(seconds: float) -> int:
    """Return a length of time as Prometheus counts it. Raises BadQuery when nothing is left of it."""
    found = round(seconds * 1000)
    if found <= 0:
        raise BadQuery(f"{seconds:g} s are no length of time. A window ends after it begins, a step leads on.")
    return found


def _names(labels: tuple[str, ...]) -> str:
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise BadQuery(f"{label!r} is no name of a label. Write service, for instance.")
    return ", ".join(labels)
