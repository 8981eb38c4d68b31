"""Judging a whole repair: a copy of what lies in a folder, by the proofs of all faults of a scenario."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from drill.catalogue import Entry
from drill.errors import Unfit
from drill.live.stands import stands
from drill.proving.judge import Verdict, ensure_able, judge
from drill.workspace import taking
from drill.workspace.service import plain_service


def judged(entry: Entry, folder: Path, *, is_live: bool) -> tuple[Sequence[Verdict], str]:
    """Return what the proofs say of the code in `folder`, and what was changed in it, as a unified diff.

    With `is_live`, code of which all proofs hold has to stand the scenario's load and trouble in a lab as well.
    Raises `NothingToRepair`, `Unfit` and `NotJudged`.
    """
    ensure_able()
    entry.ensure_repairable()
    there = taking.services_in(folder)
    for service in entry.services:
        if service not in there:
            raise Unfit(f"There is no services/{service} in {folder}.", hint=taking.MAKE)
    with TemporaryDirectory(prefix="prove-") as made:
        place = Path(made)
        taking.copied(folder, entry.services, place)
        taking.ensure_importable(place, entry.services)
        faulty = {fault.name for fault in entry.faults}
        changes = "".join(
            taking.difference(plain_service(service, faulty, entry.params), place / "services" / service)
            for service in entry.services
        )
        verdicts = [judge(fault, place) for fault in entry.faults]
        if is_live and all(one.accepted for one in verdicts):
            verdicts.append(stands(entry, place))
        return verdicts, changes
