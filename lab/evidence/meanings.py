"""What metrics mean: the vocabulary, by the names of samples."""

from dataclasses import dataclass
from difflib import get_close_matches

from observability.wiring import vocabulary

PARTS = ("_bucket", "_count", "_sum")
OF_THE_SCRAPER = {"up": "1 when the replica answered the latest scrape, else 0."}


@dataclass(frozen=True)
class Meaning:
    """One metric; of a histogram, all its samples together."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str
    samples: tuple[str, ...]
    """Names that can be asked for."""


def meanings(names: list[str]) -> list[Meaning]:
    """Return what stands behind `names` of samples, one for each metric; those that nobody described come without."""
    known = {metric.name: metric for metric in vocabulary.metrics()}
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(_family(name, names), []).append(name)
    found = []
    for family, samples in sorted(families.items()):
        if metric := known.get(family):
            found.append(Meaning(family, metric.kind, metric.labels, metric.help, tuple(samples)))
        else:
            kind = "histogram" if f"{family}_bucket" in samples else _guessed(family)
            found.append(Meaning(family, kind, (), OF_THE_SCRAPER.get(family, ""), tuple(samples)))
    return found


def sample_names() -> list[str]:
    """Return every name of the vocabulary that a selector may begin with; of a histogram also the metric's own."""
    parts = {metric.name: PARTS if metric.kind == "histogram" else () for metric in vocabulary.metrics()}
    return sorted([*(name for name in parts), *(name + part for name, has in parts.items() for part in has)])


def advice(name: str, names: list[str]) -> str:
    """Say what to ask for instead of a metric that has no samples; empty when it has some."""
    if name in names:
        return ""
    if f"{name}_bucket" in names:
        return f"{name} is a histogram. Ask for --quantile 0.95, or for {name}_count."
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    return f"There is no metric {name}." + (f" Did you mean {' or '.join(near)}?" if near else "")


def _family(name: str, names: list[str]) -> str:
    stem = next((name.removesuffix(part) for part in PARTS if name.endswith(part)), name)
    return stem if f"{stem}_bucket" in names else name


def _guessed(name: str) -> str:
    return "counter" if name.endswith("_total") else "gauge"
