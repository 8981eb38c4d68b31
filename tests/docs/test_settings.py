"""Variables that the documentation names exist, and have the defaults that it gives."""

import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from chaos.settings import ControllerSettings
from lab.settings import Settings as LabSettings
from loadgen.settings import PREFIX as LOADGEN_PREFIX
from loadgen.settings import Settings as LoadSettings
from observability.evidence.backends.settings import BackendSettings
from observability.evidence.settings import EvidenceSettings
from observability.slo.settings import AlertsSettings
from observability.wiring.settings import DEFAULT_ENDPOINT, TelemetrySettings
from services.chassis.settings import PeerLimits
from tests.support.pages import ROOT, Page, pages
from tests.test_floor_plan import services

PEER_TITLES = ("calls", "timeout, s", "attempts", "slots", "breaker failures", "breaker reset, s")
IN_WORDS = {"OTEL_TRACES_EXPORTER"}
"""Their defaults are told in words, as are those that are told as `the …` or `set by …`."""


def kinds() -> dict[str, type[BaseSettings]]:
    """Return every pydantic class of settings, by prefix."""
    own = {f"{service.upper()}_": import_module(f"services.{service}.settings").Settings for service in services()}
    others = {"CHAOS_": ControllerSettings, "EVIDENCE_": EvidenceSettings, "OTEL_": TelemetrySettings}
    return own | others | {"ALERTS_": AlertsSettings}


def variables() -> dict[str, object]:
    """Return every variable that a process of a lab listens to, with its default."""
    known: dict[str, object] = {"LAB_HOME": ".lab", "LAB_STACK": "", "LOG_LEVEL": "info"}
    for name in ("min_free_mb", "log_mb", "ready_within_s"):
        known[f"LAB_{name.upper()}"] = getattr(LabSettings(), name)
    known |= {f"{LOADGEN_PREFIX}{field.name.upper()}": field.default for field in fields(LoadSettings)}
    every: list[tuple[str, type[BaseSettings]]] = [*kinds().items(), ("EVIDENCE_", BackendSettings)]
    for prefix, kind in every:
        for name, field in kind.model_fields.items():
            known[prefix + name.upper()] = field.default
            if isinstance(field.default, PeerLimits):
                for limit, value in field.default.model_dump().items():
                    known[f"{prefix}{name.upper()}__{limit.upper()}"] = value
    return known | {"OTEL_EXPORTER_OTLP_ENDPOINT": DEFAULT_ENDPOINT}


def named(page: Page) -> set[str]:
    """Return the variables that a page names, those that only begin (`ORDER_…`) left out."""
    prefixes = "|".join(["LAB_", LOADGEN_PREFIX, *kinds()])
    return set(re.findall(rf"\b((?:{prefixes})[A-Z0-9_]*[A-Z0-9])(?!_?…)\b", page.text))


def as_told(value: object) -> str:
    """Return a default as a page writes it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case Path():
            return value.relative_to(ROOT).as_posix() if value.is_absolute() else str(value)
    return str(value)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_variables_exist(page: Page) -> None:
    """Of the lab, the services, the load generator, the controller, and of telemetry."""
    assert named(page) <= {*variables(), "LAB_COMPLETE"}


@pytest.mark.parametrize("name", ["ORDER_CLAIMS_S", "ORDER_PAYMENT__PATIENCE_S", "OTEL_TRACES_SAMPLE", "LAB_HOUSE"])
def test_a_variable_that_nobody_reads_is_caught(name: str) -> None:
    """However near it comes."""
    assert named(Page(ROOT / "page.md", f"Set `{name}=1`, or `ORDER_…`.\n")) == {name}
    assert name not in variables()


def told_defaults(page: Page) -> dict[str, str]:
    """Return what the tables of a page give as defaults."""
    rows = [*page.rows("setting", "default", ""), *page.rows("variable", "default", "")]
    return {row[0].strip("`"): row[1].strip("`") for row in rows}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_defaults_are_those_of_the_code(page: Page) -> None:
    """In every table of settings or variables."""
    known = variables()
    in_words = {name for name, told in told_defaults(page).items() if told.startswith(("set by", "the "))} | IN_WORDS
    told = {name: told for name, told in told_defaults(page).items() if name not in in_words}
    assert told == {name: as_told(known[name]) for name in told}


def test_every_variable_of_telemetry_is_told() -> None:
    """But those for traces only, which go with the general ones."""
    page = next(page for page in pages() if page.name == "docs/telemetry.md")
    told = set(told_defaults(page))
    known = {f"OTEL_{name.upper()}" for name in TelemetrySettings.model_fields} - {"OTEL_LOG_LEVEL"} | {"LOG_LEVEL"}
    assert told == {name for name in known if "_OTLP_TRACES_" not in name}


def test_every_service_has_a_table_of_settings() -> None:
    """Of its own, and everything else is common to all."""
    page = next(page for page in pages() if page.name == "docs/services.md")
    prefixes = {name.partition("_")[0].lower() for name in told_defaults(page)}
    assert prefixes == set(services())


def test_limits_of_callers_are_those_of_the_code() -> None:
    """Every caller's, for each of its neighbours."""
    page = next(page for page in pages() if page.name == "docs/services.md")
    told = {row[0].strip("`"): row[1:] for row in page.rows(*PEER_TITLES)}
    known = {name: value for name, value in variables().items() if isinstance(value, PeerLimits)}
    assert told == {name: [as_told(value) for value in limits.model_dump().values()] for name, limits in known.items()}
