"""What metrics mean: the vocabulary, by the names of samples."""

from dataclasses import dataclass
from difflib import get_close_matches

from chaos.probes.metrics import OF_EVERY_PROCESS
from observability.wiring import vocabulary
from observability.wiring.vocabulary import Metric

PARTS = ("_bucket", "_count", "_sum")
UP = Metric("gauge", "up", "1 when the replica answered the latest scrape, else 0.")
"""Written by whoever scrapes."""


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
    known = {metric.name: metric for metric in (*vocabulary.metrics(), *OF_EVERY_PROCESS, UP)}
    histograms = {name.removesuffix("_bucket") for name in names if name.endswith("_bucket")}
    histograms |= {metric.name for metric in known.values() if metric.kind == "histogram"}
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(_family(name, histograms), []).append(name)
    found = []
    for family, samples in sorted(families.items()):
        if metric := known.get(family):
            found.append(Meaning(family, metric.kind, metric.labels, metric.help, tuple(samples)))
        else:
            kind = "histogram" if family in histograms else _guessed(family)
            found.append(Meaning(family, kind, (), "", tuple(samples)))
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


def _family(name: str, histograms: set[str]) -> str:
    stem = next((name.removesuffix(part) for part in PARTS if name.endswith(part)), name)
    return stem if stem in histograms else name


def _guessed(name: str) -> str:
    return "counter" if name.endswith("_total") else "gauge"
