"""Looking at the running lab for callers that wait, until something is true or it is too late."""

import asyncio
from time import monotonic
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chaos.probes.addresses import AddressBook
from chaos.probes.evidence import NoData
from chaos.probes.judging import measured
from chaos.probes.live import LiveEvidence
from chaos.probes.spec import Probe

EVERY_S = 0.5
LATE_S = 5.0
"""By how much looks may come late on a busy machine before what is missing counts as missing."""

_PROBE: TypeAdapter[Probe] = TypeAdapter(Probe)


class BadProbe(Exception):
    """A probe cannot be understood. The message says why."""


def parsed(keys: dict[str, Any]) -> Probe:
    """Return the probe that an experiment describes with the keys of a scenario file; raise `BadProbe`."""
    try:
        return _PROBE.validate_python(keys)
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc'][1:])) or 'probe'}: {one['msg']}" for one in error.errors())
        raise BadProbe(f"{said}. docs/adding-a-scenario.md explains the keys of probes.") from None


def watch(probe: Probe, book: AddressBook, within_s: float) -> tuple[float | str, bool]:
    """Return the first value that `probe`'s own comparison likes, or the last one before `within_s` are over.

    For a watch for growth it is by how much the value has grown. The second member tells whether the comparison likes
    it. What the probe looks back at lies after this call: `within_s` begins when there is enough of it. Raises
    `NoData`.
    """
    return asyncio.run(_watched(probe, book, within_s))


async def _watched(probe: Probe, book: AddressBook, within_s: float) -> tuple[float | str, bool]:
    async with LiveEvidence(book, probe.reads(), probe.lookback_s) as evidence:
        await asyncio.sleep(probe.lookback_s)
        deadline = monotonic() + within_s
        while True:
            try:
                value, before = await measured(probe, evidence)
            except NoData:
                if monotonic() >= deadline + LATE_S:
                    raise
            else:
                if probe.tolerance.holds(value, before) or monotonic() >= deadline:
                    return _shown(value, before), probe.tolerance.holds(value, before)
            await asyncio.sleep(EVERY_S)


def _shown(value: float | str, before: float | None) -> float | str:
    return value if before is None or isinstance(value, str) else value - before
