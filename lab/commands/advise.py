"""`lab advise`: what to do, from the architecture document, and from a lab that runs."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.advice import reading
from lab.blast.command import blast_radius
from lab.errors import Usage
from lab.home import Home

if TYPE_CHECKING:
    from advisor.answer import Answer
    from advisor.calm.model import Architecture

FREE = "ask"
HELP = ("-h", "--help")


class Advice(click.Group):
    """Takes whatever begins with no verb of its own for a question in free words."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `ask` before a question."""
        if args and args[0] not in (*self.commands, *HELP):
            args = [FREE, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb."""
        return super().resolve_command(ctx, args if args and args[0] in self.commands else [FREE, *args])


@click.group(cls=Advice)
def command() -> None:
    """Advice for people on call: deterministic, each line with the place that it was read from.

    In words of your own: lab advise "which services are in the checkout flow?". With a lab that runs, its
    health, metrics, traces and logs are asked as well.
    """


def _verb(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Make a verb with the options that all of them share."""
    return lambda function: command.command(name)(reading.options(function))


command.add_command(blast_radius)


@_verb("ask")
@click.argument("words", nargs=-1, required=True, metavar="QUESTION…")
@click.option("--situation", default="", metavar="TEXT", help="What you see: says what the question is about.")
def ask(words: tuple[str, ...], situation: str, file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """Answer questions in free words; several at once, one per line, after what you see.

    Exit code 2: not understood, with a list of what can be asked.
    """
    from advisor.asking import asking  # noqa: PLC0415 -- not needed by the others
    from lab.advice import showing  # noqa: PLC0415 -- as above

    with reading.translated():
        of = reading.document(file)
        asked = asking.questions(" ".join(words), situation)
        if len(asked) == 1 and asking.is_about_now(asked[0][0]):
            showing.suspects(of, home, as_json=as_json)
            return
        answers = [(one, asking.answer(of, one, seen)) for one, seen in asked]
    showing.several(of, home, answers, offline=offline, as_json=as_json)


@_verb("flow")
@click.argument("name", metavar="FLOW")
def flow(name: str, file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """Show who takes part in FLOW, the way it goes, and what its outage means."""
    from advisor.answers import flows  # noqa: PLC0415 -- only what is asked for
    from advisor.asking import picking  # noqa: PLC0415 -- as above

    _show(lambda of: flows.flow(of, picking.flow(of, name)), file, home, offline=offline, as_json=as_json)


@_verb("what-first")
@click.argument("symptom", nargs=-1, required=True, metavar="SYMPTOM…")
def what_first(symptom: tuple[str, ...], file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """Say where to begin: likely points of failure, health endpoints, whom to call, what customers are told."""
    from advisor.answers import first  # noqa: PLC0415 -- only what is asked for
    from advisor.asking import naming, picking  # noqa: PLC0415 -- as above

    def asked(of: "Architecture") -> "Answer":
        said = " ".join(symptom)
        names = [one for one in naming.named(of, said).ids if one in of.node]
        return first.what_first(of, picking.flows(of, said)[0], said, names)

    _show(asked, file, home, offline=offline, as_json=as_json)


@_verb("service")
@click.argument("name", metavar="NODE")
def service(name: str, file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """Show all that is known of NODE: owner, health, calls, flows, and what goes wrong with it."""
    from advisor.answers import services  # noqa: PLC0415 -- only what is asked for
    from advisor.asking import picking  # noqa: PLC0415 -- as above

    _show(lambda of: services.service(of, picking.node(of, name)), file, home, offline=offline, as_json=as_json)


@_verb("database-latency")
@click.argument("name", metavar="NODE")
def database_latency(name: str, file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """Say what slowness of NODE's databases may be, whether replication, and who the DBA is."""
    from advisor.answers import databases  # noqa: PLC0415 -- only what is asked for
    from advisor.asking import picking  # noqa: PLC0415 -- as above

    def asked(of: "Architecture") -> "Answer":
        return databases.database_latency(of, databases.owner(of, picking.node(of, name)))

    _show(asked, file, home, offline=offline, as_json=as_json)


@_verb("cascade")
@click.argument("names", nargs=-1, required=True, metavar="NODE…")
def cascade(names: tuple[str, ...], file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """Say what could explain that all NODEs show errors, and in what order to look."""
    from advisor.answers import cascades  # noqa: PLC0415 -- only what is asked for
    from advisor.asking import picking  # noqa: PLC0415 -- as above

    _show(lambda of: cascades.cascade(of, picking.nodes(of, names)), file, home, offline=offline, as_json=as_json)


@_verb("contacts")
@click.argument("name", required=False, metavar="[NODE]")
def contacts(name: str | None, file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """Say whom to call for NODE, or for everything."""
    from advisor.answers import services  # noqa: PLC0415 -- only what is asked for
    from advisor.asking import picking  # noqa: PLC0415 -- as above

    def asked(of: "Architecture") -> "Answer":
        return services.contacts(of, picking.node(of, name) if name else None)

    _show(asked, file, home, offline=offline, as_json=as_json)


@_verb("impact")
@click.argument("name", metavar="FLOW")
def impact(name: str, file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """Say what an outage of FLOW, or of the flows through a node, means, and what customers are told."""
    from advisor.answers import flows  # noqa: PLC0415 -- only what is asked for
    from advisor.asking import picking  # noqa: PLC0415 -- as above

    _show(lambda of: flows.impact(picking.flows(of, name)), file, home, offline=offline, as_json=as_json)


@_verb("spof")
def spof(file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """List what has no replica and stops a flow, and what runs on the same ground."""
    from advisor.answers import cascades  # noqa: PLC0415 -- only what is asked for

    _show(cascades.single_points, file, home, offline=offline, as_json=as_json)


@_verb("incident-summary")
@click.argument("story", nargs=-1, required=True, metavar="STORY…")
def incident_summary(story: tuple[str, ...], file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """Summarise an incident from its STORY, the cause first: services, customers, timeline, remedies, follow-up."""
    from advisor.answers import incidents  # noqa: PLC0415 -- only what is asked for

    said = " ".join(story)
    _show(
        lambda of: incidents.incident_summary(of, said, incidents.cause_first(of, said)),
        file, home, offline=offline, as_json=as_json,
    )  # fmt: skip


@_verb("suspects")
def suspects(file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    """Say who is to blame in the lab that runs: ranked, with what speaks for and against it, and what to check next."""
    from lab.advice import showing  # noqa: PLC0415 -- not needed for --help

    if offline:
        raise Usage("Suspects are found in a lab that runs.", hint="Leave --offline out.")
    with reading.translated():
        of = reading.document(file)
    showing.suspects(of, home, as_json=as_json)


def _show(asked: "Callable[[Architecture], Answer]", file: Path, home: Home, *, offline: bool, as_json: bool) -> None:
    from lab.advice import showing  # noqa: PLC0415 -- not needed for --help

    with reading.translated():
        of = reading.document(file)
        answer = asked(of)
    showing.one(of, home, answer, offline=offline, as_json=as_json)
