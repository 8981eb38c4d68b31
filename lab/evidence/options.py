"""Options that the verbs about evidence share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from lab.evidence.asking import ask, present_s, window_since
from lab.home import Home
from observability.evidence.errors import BadQuery
from observability.evidence.model import Selector, TraceQuery
from observability.evidence.moments import duration_s, moment_s
from observability.evidence.selectors import parsed

F = TypeVar("F", bound=Callable[..., Any])
COMPLETION_PATIENCE_S = 1.0


class Since(click.ParamType[str]):
    """How far back: a duration, or a time. Stays text: what it means is told by the store's clock."""

    name = "when"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return `value`, checked."""
        try:
            moment_s(str(value), present_s())
        except BadQuery as error:
            self.fail(str(error), param, ctx)
        return str(value)


class Span(click.ParamType[float]):
    """A duration in seconds: 500ms, 15s, 5m."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        try:
            found = float(value) if isinstance(value, int | float) else duration_s(str(value))
        except BadQuery as error:
            self.fail(str(error), param, ctx)
        if found <= 0:
            self.fail(f"{value} is no time at all. Write 15s, for instance.", param, ctx)
        return found


class Series(click.ParamType[Selector]):
    """A selector, in PromQL's syntax."""

    name = "selector"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Selector:
        """Return the selector."""
        if isinstance(value, Selector):
            return value
        try:
            return parsed(str(value))
        except BadQuery as error:
            self.fail(str(error), param, ctx)

    def shell_complete(self, _ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the names of metrics."""
        from lab.evidence.meanings import sample_names  # noqa: PLC0415 -- the vocabulary takes a while to load

        return [CompletionItem(name) for name in sample_names() if name.startswith(incomplete)]


def since(default: str = "5m") -> Callable[[F], F]:
    """Add `--since`, which arrives as text."""
    return click.option(
        "--since",
        type=Since(),
        default=default,
        show_default=True,
        metavar="WHEN",
        help="How far back: 30s, 5m, 1h, or a time like 2026-01-31T12:00:00Z.",
    )


def complete_trace(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the ids of the latest traces."""
    home: Home = context.params.get("home") or Home.at(".lab")
    try:
        found = ask(home, _latest, COMPLETION_PATIENCE_S)
    except Exception:  # noqa: BLE001 -- whatever is wrong, completion must not print it
        return []
    return [CompletionItem(one.trace_id, help=one.name) for one in found if one.trace_id.startswith(begun)]


async def _latest(evidence: Any) -> Any:
    return (await evidence.traces(TraceQuery(), await window_since(evidence, "15m"), 50)).items
