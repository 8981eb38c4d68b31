"""Probes, judged by evidence. A probe without data fails and says so."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import assert_never

from chaos.probes.evidence import Evidence, NoData, Sample, Selector
from chaos.probes.quantiles import quantile_of
from chaos.probes.result import ProbeResult, Verdict
from chaos.probes.spec import HttpProbe, Probe, QuantileProbe, RateProbe, RatioProbe, SettingProbe, ValueProbe

_AGGREGATES: Mapping[str, Callable[[Iterable[float]], float]] = {"sum": sum, "max": max, "min": min}


async def judge(says: str, probe: Probe, evidence: Evidence) -> ProbeResult:
    """Return whether what `probe` claims is true now. `says` is the claim in words."""
    try:
        value, before = await measured(probe, evidence)
    except NoData as missing:
        return _result(says, probe, "no-data", None, f"no data: {missing}")
    verdict: Verdict = "held" if probe.tolerance.holds(value, before) else "missed"
    shown = f"{_shown(value, probe.unit)}" + ("" if before is None else f", {_shown(before, probe.unit)} before")
    return _result(says, probe, verdict, value, f"{shown}; to be {probe.tolerance}")


async def measured(probe: Probe, evidence: Evidence) -> tuple[float | str, float | None]:
    """Return the value, and what it was when the watch for growth began, if that is asked for. Raises `NoData`."""
    match probe:
        case ValueProbe():
            return await _value(probe, evidence)
        case RateProbe():
            risen = await evidence.increases(_only(probe), probe.window)
            return _sum(risen, _only(probe), zero=probe.absent == "zero") / probe.window, None
        case RatioProbe():
            return await _ratio(probe, evidence), None
        case QuantileProbe():
            buckets = await evidence.increases(_only(probe), probe.window)
            return quantile_of(buckets, probe.quantile, probe.least, str(_only(probe))), None
        case HttpProbe():
            return await _http(probe, evidence), None
        case SettingProbe():
            found = await evidence.settings(probe.setting, probe.of)
            return float(_AGGREGATES[probe.aggregate](sample.value for sample in found)), None
        case _:  # pragma: no cover
            assert_never(probe)


async def _value(probe: ValueProbe, evidence: Evidence) -> tuple[float, float | None]:
    selector = _only(probe)
    before = None
    if probe.tolerance.does_not_grow is not None:
        before = _aggregated(await evidence.values(selector, probe.tolerance.does_not_grow), probe)
    return _aggregated(await evidence.values(selector), probe), before


def _aggregated(samples: Sequence[Sample], probe: ValueProbe) -> float:
    if not samples and probe.absent == "zero":
        return 0.0
    _ensure_some(samples, _only(probe))
    return float(_AGGREGATES[probe.aggregate](sample.value for sample in samples))


async def _ratio(probe: RatioProbe, evidence: Evidence) -> float:
    whole = _sum(await evidence.increases(probe.whole.selector, probe.window), probe.whole.selector, zero=False)
    if whole < probe.least:
        raise NoData(f"{whole:g} events of {probe.whole.selector} in the window, {probe.least:g} are needed")
    # Failures that have never happened have no series yet, while requests there are: that is a share of zero.
    return _sum(await evidence.increases(probe.part.selector, probe.window), probe.part.selector, zero=True) / whole


async def _http(probe: HttpProbe, evidence: Evidence) -> float | str:
    page = await evidence.page(probe.path)
    if probe.measure == "status":
        return float(page.status)
    if probe.measure == "latency":
        return page.took_s
    found = page.json
    for name in (probe.field or "").split("."):
        try:
            found = found[int(name)] if isinstance(found, list) else found[name]
        except (KeyError, IndexError, TypeError, ValueError):
            raise NoData(f"the answer to GET {probe.path} has no {probe.field}") from None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return str(found).lower() if isinstance(found, bool) else str(found)
    return float(found)


def _only(probe: ValueProbe | RateProbe | QuantileProbe) -> Selector:
    return next(probe.reads())


def _sum(samples: Sequence[Sample], selector: Selector, *, zero: bool) -> float:
    if not zero:
        _ensure_some(samples, selector)
    return sum(sample.value for sample in samples)


def _ensure_some(samples: Sequence[Sample], selector: Selector) -> None:
    if not samples:
        raise NoData(f"no series fits {selector}")


def _result(says: str, probe: Probe, verdict: Verdict, value: float | str | None, sentence: str) -> ProbeResult:
    return ProbeResult(
        says=says,
        verdict=verdict,
        value=value,
        unit=probe.unit,
        tolerance=str(probe.tolerance),
        sentence=sentence,
    )


def _shown(value: float | str, unit: str) -> str:
    shown = f"{value:.4g}" if isinstance(value, float) else repr(value)
    return f"{shown}{unit}" if unit.startswith("/") or not unit else f"{shown} {unit}"
