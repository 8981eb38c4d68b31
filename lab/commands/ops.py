"""`lab ops`: what the people on call can do to a running platform. Every act is recorded; most can be undone."""

import click

from lab import console, control
from lab.errors import NotRunning
from lab.home import Home
from lab.names import complete
from lab.ops import told
from lab.ops.acting import acting, assignment, do
from lab.ops.audit import acts
from lab.state import last


@click.group()
def command() -> None:
    """What the people on call can do: scale, set, flush, drain, replay, roll back."""


@command.command()
@click.argument("name", metavar="SERVICE|REPLICA", shell_complete=complete)
@console.home
@console.as_json
def settings(home: Home, name: str, *, as_json: bool) -> None:
    """List the settings that can be changed while a service runs."""
    answer = control.call(home, "ops.settings", name=name)
    console.show(answer, lambda: told.settings(answer["settings"]), as_json=as_json)


@command.command("set")
@click.argument("name", metavar="SERVICE|REPLICA", shell_complete=complete)
@click.argument("values", metavar="NAME=VALUE...", nargs=-1, required=True)
@acting
@console.home
@console.as_json
def set_settings(home: Home, name: str, values: tuple[str, ...], by: str, *, as_json: bool) -> None:
    """Change settings of a running service, all of them or none.

    They stay, also when a replica is started again, until they are undone or rolled back, or the lab ends.
    """
    do(home, "set", as_json=as_json, by=by, name=name, settings=dict(map(assignment, values)))


@command.command()
@click.argument("name", metavar="SERVICE|REPLICA", shell_complete=complete)
@click.argument("cache", required=False)
@acting
@console.home
@console.as_json
def flush(home: Home, name: str, cache: str | None, by: str, *, as_json: bool) -> None:
    """Have a service forget what it has cached: all of it, or one CACHE."""
    do(home, "flush", as_json=as_json, by=by, name=name, cache=cache)


@command.command()
@click.argument("name", metavar="SERVICE", shell_complete=complete)
@click.argument("number", metavar="N", type=int)
@acting
@console.home
@console.as_json
def scale(home: Home, name: str, number: int, by: str, *, as_json: bool) -> None:
    """Run N replicas of a service whose work can be shared out."""
    do(home, "scale", as_json=as_json, by=by, name=name, number=number)


@command.command()
@click.argument("instance", metavar="REPLICA", shell_complete=complete)
@acting
@console.home
@console.as_json
def drain(home: Home, instance: str, by: str, *, as_json: bool) -> None:
    """Take one replica out of the rotation; it finishes what it has begun."""
    do(home, "drain", as_json=as_json, by=by, instance=instance, out=True)


@command.command()
@click.argument("instance", metavar="REPLICA", shell_complete=complete)
@acting
@console.home
@console.as_json
def undrain(home: Home, instance: str, by: str, *, as_json: bool) -> None:
    """Take a drained replica back into the rotation."""
    do(home, "drain", as_json=as_json, by=by, instance=instance, out=False)


@command.command()
@click.argument("name", metavar="SERVICE|REPLICA", shell_complete=complete)
@acting
@console.home
@console.as_json
def restart(home: Home, name: str, by: str, *, as_json: bool) -> None:
    """Replace the replicas of a service one after the other, each drained first.

    A service that has two replicas loses no request.
    """
    do(home, "restart", as_json=as_json, by=by, name=name)


@command.group("dead-letters")
def dead_letters() -> None:
    """Messages that nobody could handle: look at them, send them round again, remove them."""


@dead_letters.command("list")
@console.home
@console.as_json
def list_letters(home: Home, *, as_json: bool) -> None:
    """List the messages that were put aside, latest first."""
    answer = control.call(home, "ops.dead-letters")
    console.show(answer, lambda: told.letters(answer["dead_letters"]), as_json=as_json)


@dead_letters.command("show")
@click.argument("number", metavar="ID")
@console.home
@console.as_json
def show_letter(home: Home, number: str, *, as_json: bool) -> None:
    """Show one: why it was put aside, its trace, its headers and its body."""
    letter = control.call(home, "ops.dead-letters.one", number=number)
    console.show(letter, lambda: console.pasteable(console.at_home(told.letter(letter), home)), as_json=as_json)


@dead_letters.command()
@click.argument("number", metavar="ID", required=False)
@click.option("--all", "everything", is_flag=True, help="All of them, the oldest first.")
@acting
@console.home
@console.as_json
def replay(home: Home, number: str | None, by: str, *, everything: bool, as_json: bool) -> None:
    """Put a message back into its queue, as if it had never been delivered."""
    if everything == (number is not None):
        raise click.UsageError("Write the ID of a dead letter, or --all for all of them.")
    do(home, "dead-letters.replay", as_json=as_json, by=by, number=number)


@dead_letters.command()
@click.argument("number", metavar="ID")
@acting
@console.home
@console.as_json
def discard(home: Home, number: str, by: str, *, as_json: bool) -> None:
    """Remove a message that is not worth another try."""
    do(home, "dead-letters.discard", as_json=as_json, by=by, number=number)


@command.command("mark-good")
@acting
@console.home
@console.as_json
def mark_good(home: Home, by: str, *, as_json: bool) -> None:
    """Declare the settings in force good: rollback goes back to them."""
    do(home, "mark-good", as_json=as_json, by=by)


@command.command()
@acting
@console.home
@console.as_json
def rollback(home: Home, by: str, *, as_json: bool) -> None:
    """Put every setting back to what was last marked good, or else to what the lab was started with."""
    do(home, "rollback", as_json=as_json, by=by)


@command.command()
@click.option("-n", "--tail", type=click.IntRange(min=1), metavar="N", help="Only the last N.")
@console.home
@console.as_json
def history(home: Home, tail: int | None, *, as_json: bool) -> None:
    """Show who has done what, and which acts were undone. It outlives the lab."""
    done = list(acts(home))
    if not done and last(home) is None:
        raise NotRunning(f"No lab has run in {home.root}.", hint="Start one with: lab up --detach")
    shown = done[-tail:] if tail else done
    console.show({"acts": told.as_records(done, shown)}, lambda: told.history(done, shown), as_json=as_json)


@command.command()
@click.argument("number", metavar="[ID]", type=int, required=False)
@acting
@console.home
@console.as_json
def undo(home: Home, number: int | None, by: str, *, as_json: bool) -> None:
    """Undo an act, once: the last one that can be undone, or the one of that number in the history."""
    do(home, "undo", as_json=as_json, by=by, number=number)
