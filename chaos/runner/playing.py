"""From a scenario and a running lab to a result: checks first, and touches nothing when they fail."""

import platform
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib.metadata import version

from chaos.probes.addresses import AddressBook
from chaos.probes.evidence import Evidence
from chaos.probes.live import LiveEvidence
from chaos.runner.controller import Controller
from chaos.runner.fitting import ensure_playable
from chaos.runner.ports import Audience, Lab
from chaos.runner.result import RunResult
from chaos.runner.run import Options, Run
from chaos.scenario.model import Scenario

OpenEvidence = Callable[[Scenario, AddressBook], AbstractAsyncContextManager[Evidence]]


@dataclass(frozen=True)
class Surroundings:
    """Everything that a run needs around it."""

    book: AddressBook
    lab: Lab
    audience: Audience
    provides: frozenset[str] = frozenset()
    """What the lab runs on, of what scenarios may require."""
    token: str | None = None


def live(scenario: Scenario, book: AddressBook) -> AbstractAsyncContextManager[Evidence]:
    """Return evidence for `scenario` straight from the replicas."""
    return LiveEvidence(book, scenario.selectors(), scenario.longest_lookback_s)


async def play(
    scenario: Scenario, options: Options, around: Surroundings, open_evidence: OpenEvidence = live
) -> RunResult:
    """Play `scenario` and return what came of it; everything is off and restored by then.

    Raises `UnfitScenario` or `ControllerFailed` when it cannot be played on this lab, `LookupError` when there is no
    controller, `LabFailed` when the load cannot be held; nothing has been touched then.
    """
    if options.is_trigger_only:
        scenario = scenario.trigger()
    async with Controller(around.book.url("controller"), around.token) as controller:
        status = await controller.status()
        ensure_playable(
            scenario,
            await controller.faults(),
            status.lever,
            services={one.instance: one.service for one in around.book.replicas()},
            provides=around.provides,
        )
        versions = {"nightshift": version("nightshift"), "python": platform.python_version()}
        async with open_evidence(scenario, around.book) as evidence:
            run = Run(scenario, options, controller, evidence, around.lab, around.audience)
            return await run.play({**versions, "controller_epoch": str(status.epoch)})
