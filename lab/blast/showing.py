"""A comparison, for a person and for programs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from advisor.answer import Source
from advisor.blast.comparing import Comparison, Row, Score
from advisor.blast.findings import clock
from advisor.calm.model import Architecture
from lab.advice import answer_text

NOT_HIT = "–"
AS_PREDICTED, OTHERWISE, UNSEEN, UNFORESEEN, SPARED = VERDICTS = (
    "as predicted", "predicted, in another degree", "not seen", "not predicted", "spared",
)  # fmt: skip
COLOURS = dict(zip(VERDICTS, ("green", "green", "yellow", "red", "green"), strict=True))
KINDS = {"node": "nodes", "flow": "flows"}


def text(of: Architecture, found: Comparison, notes: Sequence[str]) -> str:
    """Return it as tables, with what shows each; `notes`: what else has to be known."""
    wide = max(len(row.subject.name) for row in found.rows)
    lines = [*_head(found), *(click.style(f"Careful: {note}", fg="yellow") for note in (*_careful(found), *notes))]
    for kind, name in KINDS.items():
        lines += ["", click.style(f"{name.upper():{wide}}  {'PREDICTED':17}  OBSERVED", bold=True)]
        lines += [line for row in found.of_kind(kind) for line in _row(row, wide)] or ["  none that can be judged"]
    lines += ["", click.style("NOT JUDGED", bold=True)]
    lines += [f"{row.subject.name:{wide}}  {row.subject.predicted or NOT_HIT:17}  {row.apart}" for row in found.apart]
    lines += ["", *(_scored(name, found.score(kind)) for kind, name in KINDS.items())]
    return "\n".join([*lines, "", answer_text.legend(of)])


def _head(found: Comparison) -> Iterator[str]:
    during, before = (f"{clock(one.start_s)} to {clock(one.end_s)}" for one in (found.span.during, found.span.before))
    how = " at once, and keeps nobody waiting" if found.broken.refusing else ""
    about = ", ".join(found.broken.ids)
    yield click.style(f"If {about} fails{how}: what the document says, and what was seen", bold=True)
    yield f"Seen from {during}, held against {before}."


def _careful(found: Comparison) -> Iterator[str]:
    if found.unhealthy:
        yield f"it was not healthy before: {'; '.join(found.unhealthy)}."


def _row(row: Row, wide: int) -> Iterator[str]:
    predicted, seen = row.subject.predicted or NOT_HIT, row.observed.state or NOT_HIT
    verdict = verdict_of(row)
    yield (
        f"{click.style(f'{row.subject.name:{wide}}', fg='cyan')}  {predicted:17}  {seen:17}  "
        f"{click.style(verdict, fg=COLOURS[verdict])}"
    )
    if row.subject.predicted and not row.observed.state:
        yield f"  predicted from{_cited(Source('document', one) for one in row.subject.grounds)}"
    for one in row.observed.findings:
        yield f"  {one.text}{_cited(one.sources)}"


def _cited(sources: Iterable[Source]) -> str:
    told = [answer_text.source(one) for one in sources]
    return click.style(f"  [{', '.join(told[: answer_text.SHOWN])}]", fg="bright_black")


def verdict_of(row: Row) -> str:
    """Return how prediction and observation agree."""
    predicted, seen = row.subject.predicted, row.observed.state
    if predicted is None:
        return SPARED if seen is None else UNFORESEEN
    return UNSEEN if seen is None else AS_PREDICTED if seen == predicted else OTHERWISE


def _scored(name: str, score: Score) -> str:
    hit, unseen, unforeseen = len(score.hit), len(score.unseen), len(score.unforeseen)
    precision = _figure(score.precision, hit, hit + unseen, "nothing was predicted")
    recall = _figure(score.recall, hit, hit + unforeseen, "nothing was seen")
    degree = f"; the degree is right of {score.same} of {hit}" if hit else ""
    return click.style(f"{name}: precision {precision}, recall {recall}{degree}", bold=True)


def _figure(value: float | None, right: int, whole: int, why_not: str) -> str:
    return f"undefined ({why_not})" if value is None else f"{value:.2f} ({right} of {whole})"


def plain(found: Comparison, notes: Sequence[str]) -> dict[str, Any]:
    """Return it as plain data; a score that is undefined is null."""
    return {
        "verb": "blast-radius",
        "about": list(found.broken.ids),
        "refusing": found.broken.refusing,
        "window": {"start_s": found.span.during.start_s, "end_s": found.span.during.end_s},
        "before": {"start_s": found.span.before.start_s, "end_s": found.span.before.end_s},
        "careful": [*_careful(found), *notes],
        **{name: [_row_data(row) for row in found.of_kind(kind)] for kind, name in KINDS.items()},
        "not_judged": [{**_subject_data(row), "why": row.apart} for row in found.apart],
        "scores": {name: _score_data(found.score(kind)) for kind, name in KINDS.items()},
    }


def _subject_data(row: Row) -> dict[str, Any]:
    one = row.subject
    return {"name": one.name, "kind": one.kind, "nodes": list(one.nodes), "predicted": one.predicted}


def _row_data(row: Row) -> dict[str, Any]:
    findings = [{"state": one.state, "text": one.text, "sources": _data(one.sources)} for one in row.observed.findings]
    told = {"because": list(row.subject.grounds), "observed": row.observed.state, "verdict": verdict_of(row)}
    return {**_subject_data(row), **told, "findings": findings}


def _data(sources: Iterable[Source]) -> list[dict[str, str]]:
    return [{"kind": one.kind, "ref": one.ref} for one in sources]


def _score_data(score: Score) -> dict[str, Any]:
    parts = {"hit": score.hit, "unseen": score.unseen, "unforeseen": score.unforeseen, "spared": score.spared}
    told = {name: list(names) for name, names in parts.items()}
    return {"precision": score.precision, "recall": score.recall, "same_degree": score.same, **told}
