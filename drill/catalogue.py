"""Which code a scenario is about, and what there is to prove it with: read from the files, listed nowhere."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.scenario import loading
from chaos.scenario.model import Scenario
from drill.errors import NothingToRepair, NotPlain, Unfit
from drill.places import PROOFS, ROOT, SERVICES
from drill.workspace import fault as faults

LEAST_REPAIRS = 2
LEAST_MUTANTS = 3
CHANGED_SETTING = "setting.change"


@dataclass(frozen=True)
class Candidate:
    """Another version of a fault's plain module."""

    path: Path

    @property
    def name(self) -> str:
        """What it is called: `repair_decimal`."""
        return self.path.stem

    @property
    def says(self) -> str:
        """What it does, in a few words."""
        doc = ast.get_docstring(ast.parse(self.path.read_text(encoding="utf-8")))
        return (doc or "").partition("\n")[0]


@dataclass(frozen=True)
class FaultEntry:
    """A fault, by its public name, and the files about it. Whether they exist is another question."""

    name: str

    @property
    def service(self) -> str:
        """The service in which it is, in short."""
        return self.name.partition(".")[0]

    @property
    def what(self) -> str:
        """What goes wrong."""
        return self.name.partition(".")[2]

    @property
    def module(self) -> Path:
        """The file with its seam."""
        return SERVICES / self.service / "faults" / f"{self.what}.py"

    @property
    def proof(self) -> Path:
        """The file with its proof."""
        return PROOFS / self.service / f"test_{self.what}.py"

    @property
    def repairs(self) -> Sequence[Candidate]:
        """Versions that are right."""
        return self._candidates("repair")

    @property
    def mutants(self) -> Sequence[Candidate]:
        """Versions that are wrong."""
        return self._candidates("mutant")

    def _candidates(self, kind: str) -> Sequence[Candidate]:
        return [Candidate(path) for path in sorted((PROOFS / self.service / self.what).glob(f"{kind}_*.py"))]

    def lacks(self) -> Iterator[str]:
        """Yield what it has not got of all that makes a fault complete."""
        if not self.module.exists():
            yield f"the module {self.module.relative_to(ROOT)}"
            return
        try:
            faults.read(self.module)
        except NotPlain as error:
            yield f"its plain form: {error.message}"
        if not self.proof.exists():
            yield f"the proof {self.proof.relative_to(ROOT)}"
        elif "mark.serves" not in self.proof.read_text(encoding="utf-8"):
            yield "a test in its proof that is marked `serves`: what works even so"
        yield from self._lacks_candidates()

    def _lacks_candidates(self) -> Iterator[str]:
        folder = (PROOFS / self.service / self.what).relative_to(ROOT)
        if len(self.repairs) < LEAST_REPAIRS:
            yield f"{LEAST_REPAIRS} repairs, {folder}/repair_*.py"
        if len(self.mutants) < LEAST_MUTANTS:
            yield f"{LEAST_MUTANTS} mutants of its own, {folder}/mutant_*.py"
        for one in (*self.repairs, *self.mutants):
            if not one.says:
                yield f"a docstring in {one.name}.py that says what it does"


@dataclass(frozen=True)
class Entry:
    """A scenario and the faults of ours in it. The others of its actions are what happens outside: its trigger."""

    scenario: Scenario
    also: tuple[Scenario, ...] = ()
    """Others whose faults are in the code at the same time."""

    @property
    def name(self) -> str:
        """The scenario's name, or those of all."""
        return " ".join(one.name for one in self.scenarios)

    @property
    def scenarios(self) -> Sequence[Scenario]:
        """All of them."""
        return (self.scenario, *self.also)

    @property
    def faults(self) -> Sequence[FaultEntry]:
        """The faults of ours, in the order of the scenario's file."""
        return [FaultEntry(name) for name in self.params]

    @property
    def services(self) -> Sequence[str]:
        """The services whose code is to be repaired, in short."""
        return list(dict.fromkeys(one.service for one in self.faults))

    @property
    def params(self) -> Mapping[str, Mapping[str, Any]]:
        """Fault → the values of parameters that the scenario gives it."""
        return {one.fault: one.params for scenario in self.scenarios for one in scenario.actions if one.is_ours}

    @property
    def is_answered_only(self) -> bool:
        """Whether no code is wrong: nothing is on, or settings have values that nobody has declared."""
        return all(one.fault == CHANGED_SETTING for one in self.scenario.actions)

    def ensure_repairable(self) -> None:
        """Raise `NothingToRepair` when no code of ours is wrong."""
        for one in self.scenarios:
            if not Entry(one).faults:
                raise NothingToRepair(
                    f"{one.name} has no code of ours to repair.", hint="See the others: lab chaos scenarios"
                )


def read(name: str) -> Entry:
    """Return the entry of a scenario of the catalogue; raises as `chaos.scenario.loading.read` does."""
    return Entry(loading.read(name))


def together(names: Sequence[str]) -> Entry:
    """Return one entry for several scenarios at once.

    Raises as `read` does, and `Unfit` when they cannot all be in the code at the same time.
    """
    entries = [read(name) for name in dict.fromkeys(names)]
    values: dict[str, Mapping[str, Any]] = {}
    for one in entries:
        for fault, params in one.params.items():
            if values.setdefault(fault, params) != params:
                raise Unfit(
                    f"{one.name} needs {FaultEntry(fault).service} to be otherwise than the others do.",
                    hint="Name fewer scenarios.",
                )
    first, *others = (one.scenario for one in entries)
    return Entry(first, tuple(others))


def everything() -> Sequence[Entry]:
    """Return all entries, by name."""
    return [Entry(scenario) for scenario in loading.catalogue()]


def certifiable() -> Sequence[Entry]:
    """Return the entries that can be certified: by repairs and mutants, or else by their answer."""
    return [entry for entry in everything() if entry.faults or entry.is_answered_only]


def repairable() -> Sequence[Entry]:
    """Return the entries in which code of ours is wrong."""
    return [entry for entry in everything() if entry.faults]
