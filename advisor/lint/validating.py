"""Every rule over a file, the documents that detail its nodes, its timelines and its decorators."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from advisor.calm.errors import BadDocument
from advisor.calm.model import Architecture
from advisor.calm.pointer import below
from advisor.calm.reading import architecture
from advisor.calm.schemas import Schemas
from advisor.calm.source import Source, shown, source
from advisor.lint import schema
from advisor.lint.accepted import parted
from advisor.lint.catalogue import ACCEPTED, DECORATOR, DETAIL, FURTHER, RULES, TIMELINE
from advisor.lint.companions import companions, decorator_said, is_decorator, is_timeline, timeline_said
from advisor.lint.finding import Accepted, Finding, Report, Severity
from advisor.lint.links import root_of
from advisor.lint.rule import Case, Said


def validate(path: Path, schemas: Schemas | None = None) -> Report:
    """Return what is wrong with an architecture, a timeline or a decorator. Raises BadDocument."""
    found = _Validation(schemas or Schemas())
    found.file(source(path))
    order = sorted(
        dict.fromkeys(found.findings), key=lambda one: (one.file != shown(path), one.file, one.line, one.column)
    )
    names = (*(rule.name for rule in RULES), *FURTHER)
    return Report(shown(path), names, tuple(order), tuple(found.accepted))


class _Validation:
    def __init__(self, schemas: Schemas) -> None:
        self.findings: list[Finding] = []
        self.accepted: list[Accepted] = []
        self._schemas = schemas
        self._seen: set[Path] = set()

    def file(self, of: Source) -> None:
        """Look at one file and what belongs to it, unless that was done."""
        if of.path.resolve() in self._seen:
            return
        self._seen.add(of.path.resolve())
        if is_timeline(of.value):
            self._add(of, TIMELINE, "error", schema.timeline(self._schemas, of))
            self._add(of, TIMELINE, "warning", timeline_said(of))
        elif is_decorator(of.value):
            self._add(of, DECORATOR, "error", schema.decorator(self._schemas, of))
            self._add(of, DECORATOR, "warning", decorator_said(of))
        else:
            self._architecture(architecture(of))

    def _architecture(self, of: Architecture) -> None:
        case = Case(of, root_of(of.source.path.resolve().parent), self._schemas)
        found = [one for rule in RULES for one in _found(of.source, rule.name, rule.severity, rule.check(case))]
        left, accepted, in_vain = parted(of, found)
        self.findings += left
        self.accepted += accepted
        self._add(
            of.source,
            ACCEPTED,
            "warning",
            (
                Said(one.pointer, f"Nothing is found that {one.rule} at {one.at} would accept.", "Remove it.")
                for one in in_vain
            ),
        )
        self._details(of)
        self._companions(of.source)

    def _details(self, of: Architecture) -> None:
        for node in of.nodes:
            link = node.details.get("detailed-architecture")
            if not isinstance(link, str) or not link:
                continue
            pointer = below(node.pointer, "details", "detailed-architecture")
            file = self._schemas.file(link, of.source.path.parent)
            if file is None:
                mend = "Say with --url-mapping which file it is."
                said = Said(pointer, f"The architecture {link} of {node.id} is not here, so it was not checked.", mend)
                self._add(of.source, DETAIL, "warning", [said])
                continue
            try:
                inner = source(file)
            except BadDocument as error:
                self._add(of.source, DETAIL, "error", [Said(pointer, error.message, "Name the file that is meant.")])
            else:
                self.file(inner)

    def _companions(self, of: Source) -> None:
        try:
            for one in companions(of.path):
                self.file(one)
        except BadDocument as error:
            self._add(of, DECORATOR, "warning", [Said("", error.message, error.hint)])

    def _add(self, of: Source, rule: str, severity: Severity, said: Iterable[Said]) -> None:
        self.findings += _found(of, rule, severity, said)


def _found(of: Source, rule: str, severity: Severity, said: Iterable[Said]) -> Iterator[Finding]:
    for one in said:
        line, column = of.position(one.pointer)
        yield Finding(shown(of.path), line, column, one.pointer, severity, rule, one.message, one.mend)
