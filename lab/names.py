"""Names that can be typed: of services, in short and in full, and of single replicas."""

import difflib

import click
from click.shell_completion import CompletionItem

from lab import eventlog, state
from lab.errors import UnknownName
from lab.home import Home

OWN_LOG = "supervisor"


def complete(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the names in a lab that runs, or ran, in this home; those of the platform when there is none."""
    home: Home = context.params.get("home") or Home.at(".lab")
    return [CompletionItem(name) for name in sorted(_known(home)) if name.startswith(begun)]


def instances_called(home: Home, name: str) -> set[str]:
    """Return the replicas that `name` stands for. Raises UnknownName."""
    known = _known(home)
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(sorted(known))}."
    raise UnknownName(f"There is no service or replica called {name}.", hint=hint)


def _known(home: Home) -> dict[str, set[str]]:
    if present := state.last(home):
        triples = [(r["short"], r["service"], instance) for instance, r in present.replicas.items()]
    else:
        from lab.topology import platform  # noqa: PLC0415 -- only when there is no lab to ask

        triples = [(i.process.short, i.process.name, i.name) for i in platform().instances(0)]
    known: dict[str, set[str]] = {eventlog.SERVICE: {OWN_LOG}}
    for short, service, instance in triples:
        for name in (short, service, instance):
            known.setdefault(name, set()).add(instance)
    return known
