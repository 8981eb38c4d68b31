"""Certifying a scenario: its proofs, run on what is right and on what is wrong."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from drill.catalogue import Candidate, Entry, FaultEntry
from drill.certifying import answered
from drill.certifying.answered import Answered
from drill.certifying.generic import GENERIC, NOTHING
from drill.errors import NotPlain
from drill.proving.judge import Verdict, ensure_able, judge
from drill.workspace import fault as faults
from drill.workspace.service import Files, Params, plain_service, write

AT_ONCE = 2
LEAST_REJECTED = 0.95
Kind = Literal["healthy", "repair", "mutant"]


@dataclass(frozen=True)
class Case:
    """One version of a service's code, and what a proof has to say of it."""

    fault: FaultEntry
    kind: Kind
    name: str
    says: str
    files: Files
    beside: Mapping[str, str] = field(default_factory=dict)
    """Files that are handed in besides the service."""
    serves: bool = True
    """Whether it counts only if it serves healthy traffic."""


@dataclass(frozen=True)
class Outcome:
    """What the proof said."""

    case: Case
    verdict: Verdict

    @property
    def counts(self) -> bool:
        """Whether it says something of the proof: what does not even start, or serve, is rejected by anything."""
        return self.case.kind != "mutant" or (self.verdict.started and (self.verdict.serves or not self.case.serves))

    @property
    def right(self) -> bool:
        """Whether that is what it has to say."""
        return self.counts and self.verdict.accepted == (self.case.kind != "mutant")

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        case = self.case
        return {
            "fault": case.fault.name,
            "kind": case.kind,
            "name": case.name,
            "says": case.says,
            "counts": self.counts,
            "right": self.right,
            **self.verdict.as_json(),
        }


@dataclass(frozen=True)
class Certificate:
    """What came of one scenario."""

    scenario: str
    outcomes: Sequence[Outcome]
    answered: Sequence[Answered] = ()
    """Where no code is wrong, what was found of answer and probes, in place of outcomes."""

    @property
    def mutants(self) -> Sequence[Outcome]:
        """Those that count."""
        return [one for one in self.outcomes if one.case.kind == "mutant" and one.counts]

    @property
    def kill_rate(self) -> float:
        """Share of mutants that were rejected, of those that count."""
        return sum(one.right for one in self.mutants) / len(self.mutants) if self.mutants else 0.0

    @property
    def problems(self) -> Sequence[str]:
        """Return what keeps it from being certified, in sentences."""
        return list(self._problems())

    def _problems(self) -> Iterator[str]:
        for one in self.outcomes:
            case = one.case
            if case.kind != "mutant" and not one.right:
                yield f"{case.fault.name}: {case.name} is right and was rejected: {one.verdict.failed[0].says}"
            elif case.kind == "mutant" and not one.counts:
                yield f"{case.fault.name}: {case.name} does not start, or serve: it says nothing of the proof."
            elif case.name == NOTHING and not one.right:
                yield f"{case.fault.name}: the faulty code itself was accepted."
        yield from (f"{one.says} It is not so: {one.problem}" for one in self.answered if not one.held)
        if self.kill_rate < LEAST_REJECTED and not self.answered:
            yield f"Only {self.kill_rate:.0%} of the mutants were rejected; {LEAST_REJECTED:.0%} are needed."

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "scenario": self.scenario,
            "certified": not self.problems,
            "kill_rate": None if self.answered else round(self.kill_rate, 4),
            "problems": list(self.problems),
            "cases": [one.as_json() for one in self.outcomes],
            "answered": [one.as_json() for one in self.answered],
        }


def certify(entry: Entry, heard: Callable[[Outcome], None] = lambda _: None) -> Certificate:
    """Judge every version of the code that there is for a scenario; `heard` is told of each as it comes.

    Where no code is wrong there are none: the answer and the probes are judged.

    Raises `NothingToRepair`, `NotPlain` when something is missing, `NotJudged` when a proof comes to no verdict.
    """
    if entry.is_answered_only:
        return Certificate(entry.name, (), answered.checks(entry.scenario))
    ensure_able()
    entry.ensure_repairable()
    cases = [case for fault in entry.faults for case in cases_of(fault, entry.params)]
    with TemporaryDirectory(prefix="certify-") as place, ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(_judged, case, Path(place) / str(number)) for number, case in enumerate(cases)]
        outcomes = []
        for one in waiting:
            outcomes.append(one.result())
            heard(outcomes[-1])
    return Certificate(entry.name, outcomes)


def cases_of(fault: FaultEntry, params: Params) -> Sequence[Case]:
    """Return what a fault's proof is to be tried on. Raises `NotPlain` when the fault is not complete."""
    if lacking := list(fault.lacks()):
        raise NotPlain(f"{fault.name} lacks {lacking[0]}.", hint="See docs/adding-a-fault.md.")
    return list(_cases(fault, params))


def _cases(fault: FaultEntry, params: Params) -> Iterator[Case]:
    module = faults.read(fault.module)
    faulty = plain_service(fault.service, {fault.name}, params)
    yield Case(fault, "healthy", "healthy", "The repaired code.", plain_service(fault.service, ()))
    for one in fault.repairs:
        yield Case(fault, "repair", one.name, one.says, _replaced(faulty, module, one))
    yield Case(fault, "mutant", NOTHING, "Does nothing.", faulty)
    for one in fault.mutants:
        yield Case(fault, "mutant", one.name, one.says, _replaced(faulty, module, one))
    for generic in GENERIC:
        if changed := generic.edit(faulty, module):
            files = {**faulty, **changed}
            yield Case(fault, "mutant", generic.name, generic.says, files, generic.beside, serves=generic.serves)


def _replaced(faulty: Files, module: faults.FaultModule, candidate: Candidate) -> Files:
    return {**faulty, str(module.plain_path): candidate.path.read_bytes()}


def _judged(case: Case, place: Path) -> Outcome:
    write(case.files, place / "services" / case.fault.service)
    for name, text in case.beside.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    verdict = judge(case.fault, place, to_the_end=case.kind != "mutant")
    if not verdict.started:  # a machine that is very busy may be too slow once
        verdict = judge(case.fault, place, to_the_end=case.kind != "mutant")
    return Outcome(case, verdict)
