"""Probes as they stand in a scenario file."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, model_validator

from chaos.probes import metrics
from chaos.probes.evidence import Selector
from chaos.probes.tolerance import COMPARISONS, Tolerance
from chaos.strict import Duration, Strict

Labels = dict[str, str]
Window = Annotated[Duration, Field(ge=2, le=300, description='how far back it looks: "15s", from 2s to 5m')]
OF = "service or replica whose metric it is; left out: of all that have it"
ABSENT = '"zero": a counter that nobody has raised counts as 0'
LEAST = "how many events there must be in the window to judge by"


class _Probe(Strict):
    """What all kinds share. The comparison's keys stand beside the others; they arrive as `tolerance`."""

    tolerance: Tolerance

    @model_validator(mode="before")
    @classmethod
    def _gather_tolerance(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        rest = {key: value for key, value in given.items() if key not in COMPARISONS}
        return {**rest, "tolerance": {key: given[key] for key in COMPARISONS if key in given}}

    @property
    def lookback_s(self) -> float:
        """How far back it looks, seconds."""
        return 0.0

    def reads(self) -> Iterator[Selector]:
        """Yield the series that it needs."""
        yield from ()

    def asks(self) -> Iterator[str]:
        """Yield the services and replicas that have to be there."""
        yield from (selector.of for selector in self.reads() if selector.of)

    @property
    def unit(self) -> str:
        """Unit of the value, as people write it; empty for a plain number."""
        return ""


P = TypeVar("P", bound=_Probe)


class Series(Strict):
    """Which counter."""

    metric: str = Field(description="name of a counter, as docs/telemetry.md lists it")
    of: str | None = Field(None, description=OF)
    labels: Labels = Field({}, description='label → value; * stands for anything: { status = "5*" }')

    @model_validator(mode="after")
    def _known(self) -> Self:
        metrics.ensure_counter(self.metric)
        metrics.ensure_labels(self.metric, self.labels)
        return self

    @property
    def selector(self) -> Selector:
        """As evidence is asked."""
        return Selector(self.metric, self.of, self.labels)


class _OneMetric(_Probe):
    metric: str = Field(description="name of a metric, as docs/telemetry.md lists it")
    of: str | None = Field(None, description=OF)
    labels: Labels = Field({}, description='label → value; * stands for anything: { status = "5*" }')

    def reads(self) -> Iterator[Selector]:
        """Yield the one selector."""
        yield Selector(self.metric, self.of, self.labels)


class ValueProbe(_OneMetric):
    """What a metric stands at, across replicas and series."""

    kind: Literal["value"]
    aggregate: Literal["sum", "max", "min"] = Field("sum", description="how several series become one number")
    absent: Literal["fails", "zero"] = Field("fails", description=ABSENT)

    @model_validator(mode="after")
    def _known(self) -> Self:
        metrics.ensure_readable(self.metric)
        metrics.ensure_labels(self.metric, self.labels)
        _ensure_may_be_absent(self.metric, self.absent)
        return self

    @property
    def lookback_s(self) -> float:
        """Growth is watched for a while."""
        return self.tolerance.does_not_grow or 0.0

    @property
    def unit(self) -> str:
        """Unit of the metric."""
        return metrics.readable()[self.metric].unit


class RateProbe(_OneMetric):
    """How fast a counter rises, per second, summed over replicas and series."""

    kind: Literal["rate"]
    window: Window
    absent: Literal["fails", "zero"] = Field("fails", description=ABSENT)

    @model_validator(mode="after")
    def _known(self) -> Self:
        metrics.ensure_counter(self.metric)
        metrics.ensure_labels(self.metric, self.labels)
        _ensure_may_be_absent(self.metric, self.absent)
        return _no_growth(self)

    @property
    def lookback_s(self) -> float:
        """The window."""
        return self.window

    @property
    def unit(self) -> str:
        """Per second."""
        return f"{metrics.readable()[self.metric].unit}/s"


class RatioProbe(_Probe):
    """Which share of one counter's increase another one has: errors of requests, rejected of asked."""

    kind: Literal["ratio"]
    part: Series = Field(description='the events that count: { metric = "…", of = "…", labels = { … } }')
    whole: Series = Field(description="all events, in the same form as `part`")
    window: Window
    least: float = Field(10, gt=0, description=LEAST)

    @model_validator(mode="after")
    def _known(self) -> Self:
        return _no_growth(self)

    def reads(self) -> Iterator[Selector]:
        """Yield both counters."""
        yield from (self.part.selector, self.whole.selector)

    @property
    def lookback_s(self) -> float:
        """The window."""
        return self.window


class QuantileProbe(_OneMetric):
    """Below which value a share of the observations lies, from a histogram's buckets."""

    kind: Literal["quantile"]
    quantile: float = Field(gt=0, lt=1, description="which share lies below: 0.95")
    window: Window
    least: float = Field(10, gt=0, description=LEAST)

    @model_validator(mode="after")
    def _known(self) -> Self:
        metrics.ensure_histogram(self.metric)
        metrics.ensure_labels(self.metric, self.labels)
        return _no_growth(self)

    def reads(self) -> Iterator[Selector]:
        """Yield the buckets."""
        yield Selector(f"{self.metric}_bucket", self.of, self.labels)

    @property
    def lookback_s(self) -> float:
        """The window."""
        return self.window

    @property
    def unit(self) -> str:
        """Unit of what was observed."""
        return metrics.readable()[f"{self.metric}_sum"].unit


class HttpProbe(_Probe):
    """What the public API answers to a GET, asked the way customers come in."""

    kind: Literal["http"]
    path: str = Field(pattern="^/", description='path of the public API: "/products"')
    measure: Literal["status", "latency", "field"] = Field("status", description="what of the answer is compared")
    field: str | None = Field(None, description='with measure = "field": where in the JSON: "products.0.available"')

    @model_validator(mode="after")
    def _field_is_named(self) -> Self:
        if (self.measure == "field") != (self.field is not None):
            raise ValueError('`field` and measure = "field" belong together. Write both, or neither.')
        return _no_growth(self)

    @property
    def unit(self) -> str:
        """Seconds, for latency."""
        return "s" if self.measure == "latency" else ""


class SettingProbe(_Probe):
    """What a setting stands at in the processes that run, which no metric tells."""

    kind: Literal["setting"]
    of: str = Field(description="service or replica whose setting it is")
    setting: str = Field(min_length=1, description='which one, as `lab ops settings` lists it: "payment.timeout_s"')
    aggregate: Literal["max", "min"] = Field("max", description="which replica counts, where they differ")

    @model_validator(mode="after")
    def _is_no_counter(self) -> Self:
        return _no_growth(self)

    def asks(self) -> Iterator[str]:
        """Yield the one that has the setting."""
        yield self.of

    @property
    def unit(self) -> str:
        """That of the setting's name."""
        return "s" if self.setting.endswith("_s") else ""


Probe = Annotated[
    ValueProbe | RateProbe | RatioProbe | QuantileProbe | HttpProbe | SettingProbe, Field(discriminator="kind")
]
KINDS = ("value", "rate", "ratio", "quantile", "http", "setting")


def _ensure_may_be_absent(metric: str, absent: str) -> None:
    if absent == "zero" and not metrics.readable()[metric].is_counter:
        raise ValueError(f"{metric} is a gauge: what is missing is not 0. Leave `absent` out.")


def _no_growth(probe: P) -> P:
    if probe.tolerance.does_not_grow is not None:
        raise ValueError('does_not_grow goes with kind = "value" only. Compare with at_most.')
    return probe
