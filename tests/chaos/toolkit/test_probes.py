"""What an experiment sees of the platform through our probes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from chaos.probes.evidence import NoData
from chaos.toolkit import actions, places, probes
from chaos.toolkit.watching import BadProbe
from observability.wiring import vocabulary
from tests.support.chaos_processes import FAULT, ReplicaProcess
from tests.support.exposing import Exposing
from tests.support.listening import listening
from tests.support.polling import poll_until_async

DRIFT = vocabulary.LEDGER_DRIFT.name
OF = "billing-service"


@pytest.fixture
def exposing() -> Exposing:
    """A service with metrics."""
    return Exposing()


@pytest.fixture
async def home(exposing: Exposing, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """The configuration for a lab in which that service runs."""
    async with listening(exposing.app()) as url:
        replica = {"service": OF, "url": url, "pid": 1}
        (tmp_path / "run").mkdir()
        state = {"urls": {"edge": url}, "replicas": {"billing-service-1": replica}}
        (tmp_path / "run" / "state.json").write_text(json.dumps(state))
        yield {places.HOME: str(tmp_path)}


async def asked(probe: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call a probe as Chaos Toolkit does: where no event loop runs."""
    return await asyncio.to_thread(probe, *arguments, **named)


def drift(**comparison: Any) -> dict[str, Any]:
    """Return a probe of the drift, as a scenario file writes it."""
    return {"kind": "value", "metric": DRIFT, "of": OF, **comparison}


def test_nothing_is_on_tells_whether_something_is(configuration: dict[str, str], replica: ReplicaProcess) -> None:
    """It is true before, false meanwhile, true again afterwards."""
    assert probes.nothing_is_on(configuration=configuration)
    actions.inject(FAULT, configuration=configuration)
    replica.becomes("faulty")
    assert not probes.nothing_is_on(within_s=0.0, configuration=configuration)
    actions.stop(configuration=configuration)
    replica.becomes("fixed")
    assert probes.nothing_is_on(configuration=configuration)


def test_activation_state_is_that_of_the_latest_one(configuration: dict[str, str], replica: ReplicaProcess) -> None:
    """A fault that was on before and is on again is on."""
    for _ in range(2):
        actions.inject(FAULT, configuration=configuration)
        replica.becomes("faulty")
        assert probes.activation_state(FAULT, configuration=configuration) == "active"
        actions.stop(configuration=configuration)
        replica.becomes("fixed")
        assert probes.activation_state(FAULT, configuration=configuration) == "reverted"


def test_a_fault_that_was_never_on_has_no_state(configuration: dict[str, str]) -> None:
    """That fails the probe with a sentence."""
    with pytest.raises(probes.NeverOn, match=r"network\.latency was never on"):
        probes.activation_state("network.latency", configuration=configuration)


async def test_a_metric_has_the_value_that_its_replicas_expose(exposing: Exposing, home: dict[str, Any]) -> None:
    """As a number, for any tolerance."""
    exposing.metrics.gauge(vocabulary.LEDGER_DRIFT).set(-7)
    assert await asked(probes.metric_value, DRIFT, of=OF, configuration=home) == -7


async def test_a_probe_of_a_scenario_is_measured(exposing: Exposing, home: dict[str, Any]) -> None:
    """With the keys of the file; what misses the comparison is measured as well."""
    exposing.metrics.gauge(vocabulary.LEDGER_DRIFT).set(12)
    assert await asked(probes.measure, drift(at_most=0), configuration=home) == 12


async def test_growth_is_measured_as_a_difference(exposing: Exposing, home: dict[str, Any]) -> None:
    """A tolerance of at most 0 then means what does_not_grow means."""
    exposing.metrics.gauge(vocabulary.LEDGER_DRIFT).set(5)
    assert await asked(probes.measure, drift(does_not_grow="1s"), configuration=home) == 0


async def test_measuring_waits_for_what_its_comparison_wants(exposing: Exposing, home: dict[str, Any]) -> None:
    """The first value that holds is returned, long before the time is over."""
    gauge = exposing.metrics.gauge(vocabulary.LEDGER_DRIFT)
    gauge.set(3)
    waiting = asyncio.create_task(asked(probes.measure, drift(at_least=10), within_s=60.0, configuration=home))
    await poll_until_async(lambda: _is(exposing.scrapes > 1), "the probe to have looked")
    gauge.set(11)
    assert await waiting == 11


async def test_what_does_not_come_true_fails_with_its_claim(exposing: Exposing, home: dict[str, Any]) -> None:
    """And with the value that it had; what is true is returned."""
    exposing.metrics.gauge(vocabulary.LEDGER_DRIFT).set(3)
    with pytest.raises(probes.NotSeen, match=r"Cents are lost\. It was 3"):
        await asked(probes.comes_true, "Cents are lost", drift(at_least=10), configuration=home)
    assert await asked(probes.comes_true, "Some are", drift(at_least=1), configuration=home) == 3


async def test_the_error_ratio_is_a_share_of_the_requests(exposing: Exposing, home: dict[str, Any]) -> None:
    """Of those in the window to come."""
    served = exposing.metrics.histogram(vocabulary.HTTP_SERVER_DURATION)
    waiting = asyncio.create_task(asked(probes.error_ratio, OF, window="2s", configuration=home))

    async def answered() -> bool:
        for status in ("200", "200", "200", "503"):
            served.labels("GET", "/products", status).observe(0.01)
        return waiting.done()

    await poll_until_async(answered, "the probe to have seen enough")
    assert await waiting == pytest.approx(0.25, abs=0.01)


async def test_a_probe_without_data_fails(home: dict[str, Any]) -> None:
    """It does not say 0."""
    with pytest.raises(NoData, match="inventory-service does not answer"):
        await asked(probes.metric_value, DRIFT, of="inventory-service", configuration=home)


async def test_a_probe_that_cannot_be_understood_says_why(home: dict[str, Any]) -> None:
    """With the name that was meant."""
    with pytest.raises(BadProbe, match=DRIFT):
        await asked(probes.metric_value, "ledger_drift_cent", configuration=home)
    with pytest.raises(BadProbe, match="exactly one of at_most"):
        await asked(probes.measure, drift(), configuration=home)


async def _is(true: bool) -> bool:
    return true
