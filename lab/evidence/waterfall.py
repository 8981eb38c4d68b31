"""One trace over time: a line for each span, with a bar on a terminal."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from lab.evidence import figures
from lab.evidence.listing import Column, lines
from lab.evidence.palette import Palette
from lab.evidence.tree import Branch, branches, failures, stacks
from observability.evidence.model import Span, Trace

if TYPE_CHECKING:
    from rich.text import Text

NARROW = 100
"""Below this width names are indented by one character instead of two, and everything else gets less room."""
LEAST_BARS = 0.3
"""Share of the width that is left for bars, however long the names are."""
DURATION = 8
GAP = 2
MARK = "✗"
AWAY = "⇢ "
"""Stands before what was taken from a queue: nobody waited for it."""


def headline(trace: Trace) -> str:
    """Name the trace, and say when it was."""
    return f"trace {trace.trace_id}  {figures.clock(_start_s(trace), date=True)}"


def summed_up(trace: Trace) -> str:
    """Say how much there is to it."""
    errors = sum(span.error for span in trace.spans)
    services = len({span.service for span in trace.spans})
    counted = [figures.counted(len(trace.spans), "span"), figures.counted(services, "service")]
    return ", ".join(
        [figures.seconds(_length_s(trace)), *counted, figures.counted(errors, "error") if errors else "no error"]
    )


def drawn(trace: Trace, width: int, *, attributes: bool) -> "Text":
    """Return the waterfall for a terminal of `width` characters."""
    from rich.text import Text  # noqa: PLC0415 -- not needed in a pipe

    found = list(branches(trace))
    palette = Palette(branch.span.service for branch in found)
    step = 1 if width < NARROW else 2
    longest = max((step * branch.depth + len(_label(branch)) for branch in found), default=0)
    names = max(10, min(longest, width - DURATION - 2 * GAP - int(width * LEAST_BARS)))
    bars = max(10, width - names - DURATION - 2 * GAP)
    text = Text(no_wrap=True, overflow="crop")
    text.append(f"{headline(trace)}\n", "bold")
    text.append(f"{summed_up(trace)}\n\n")
    text.append(" " * (names + DURATION + 2 * GAP) + _axis(_length_s(trace), bars) + "\n", "bright_black")
    for branch in found:
        indent = " " * (step * branch.depth)
        _line(text, branch, indent, palette, names)
        text.append(_bar(branch.span, trace, bars) + "\n", palette.of(branch.span.service))
        _details(text, branch, indent + " " * step, width, attributes=attributes)
    text.right_crop(1)  # whoever prints it ends the line
    return text


def piped(trace: Trace, *, attributes: bool) -> str:
    """Return one line per span: when it began, how long it took, who did what, and what went wrong."""
    columns = (
        Column("START", right=True),
        Column("DURATION", right=True),
        Column("REPLICA"),
        Column("KIND"),
        Column("SPAN"),
    )
    start_s = _start_s(trace)
    rows = []
    for branch in branches(trace):
        span = branch.span
        told = [f"{'  ' * branch.depth}{span.name}", *(["ERROR"] if span.error else []), *failures(span)]
        told += [_pair(*one) for one in span.attributes.items()] if attributes else []
        begun = figures.seconds(span.start_s - start_s)
        rows.append((begun, figures.seconds(span.duration_s), span.instance, span.kind, "  ".join(told)))
    return f"{headline(trace)}  {summed_up(trace)}\n{lines(columns, rows)}"


def _line(text: "Text", branch: Branch, indent: str, palette: Palette, names: int) -> None:
    """Append name and duration of one span."""
    span, plain = branch.span, "red" if branch.span.error else ""
    room, pieces = names, [(indent, ""), (f"{MARK} " if span.error else "", "bold red")]
    pieces += [(_service(branch), f"bold {palette.of(span.service)}"), (span.name, plain)]
    for piece, style in pieces:
        shown = _cut(piece, room)
        text.append(shown, style)
        room -= len(shown)
    text.append(" " * (room + GAP))
    text.append(figures.seconds(span.duration_s).rjust(DURATION) + " " * GAP, plain)


def _details(text: "Text", branch: Branch, indent: str, width: int, *, attributes: bool) -> None:
    for failure in failures(branch.span):
        text.append(_cut(f"{indent}{failure}", width) + "\n", "red")
    if branch.orphan:
        text.append(f"{indent}its parent {branch.span.parent_id} is not stored\n", "yellow")
    if attributes:
        for line in _attributes(branch.span):
            text.append(f"{indent}{line}\n", "bright_black")


def _attributes(span: Span) -> Iterator[str]:
    yield _pair("service.instance.id", span.instance)
    yield from (_pair(*one) for one in span.attributes.items())
    yield from (f"link={trace_id}/{span_id}" for trace_id, span_id in span.links)
    yield from (f"  {line}" for line in stacks(span))


def _label(branch: Branch) -> str:
    return f"{MARK + ' ' if branch.span.error else ''}{_service(branch)}{branch.span.name}"


def _service(branch: Branch) -> str:
    """Return the service with what sets it off, only where it is another than the caller's."""
    away = AWAY if branch.span.kind == "consumer" else ""
    return f"{away}{branch.span.service} " if branch.span.service != branch.caller else away


def _bar(span: Span, trace: Trace, width: int) -> str:
    """Return a bar at its place in time, to half a character."""
    scale = width * 2 / (_length_s(trace) or 1.0)
    begin = min(round((span.start_s - _start_s(trace)) * scale), width * 2 - 1)
    end = max(begin + 1, min(width * 2, round((span.start_s + span.duration_s - _start_s(trace)) * scale)))
    blanks, half = divmod(begin, 2)
    if end - begin == 1:
        return " " * blanks + ("▐" if half else "▌")
    full, rest = divmod(end - begin - half, 2)
    return " " * blanks + ("▐" if half else "") + "█" * full + ("▌" if rest else "")


def _axis(length_s: float, width: int) -> str:
    """Return the scale over the bars."""
    parts = 4 if width >= 60 else 2 if width >= 36 else 1
    axis = ""
    for part in range(parts):
        axis = axis.ljust(round(width * part / parts)) + (figures.seconds(length_s * part / parts) if part else "0")
    last = figures.seconds(length_s)
    return axis.ljust(width - len(last)) + last


def _pair(key: str, value: object) -> str:
    plain = isinstance(value, str) and value.isprintable() and not set(value) & set(' "')
    return f"{key}={value}" if plain else f"{key}={json.dumps(value, ensure_ascii=False, default=str)}"


def _start_s(trace: Trace) -> float:
    return min((span.start_s for span in trace.spans), default=0.0)


def _length_s(trace: Trace) -> float:
    ends: Iterable[float] = (span.start_s + span.duration_s for span in trace.spans)
    return max(ends, default=0.0) - _start_s(trace)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…" if width > 0 else ""
