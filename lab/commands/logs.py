"""`lab logs`: what all processes have written, merged by time."""

import contextlib
import heapq
import re
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path

import click

from lab import console, durations, logformat
from lab.errors import LabError
from lab.evidence import log_search
from lab.home import Home
from lab.logrecords import Follower, Record, Search, latest, merged, not_older
from lab.names import complete, instances_called
from observability.evidence.loglines import LEVELS

POLL_EVERY_S = 0.1
BEFORE_FOLLOWING = 20
TRACE_ID = re.compile(r"[0-9a-f]{1,32}")


def _trace_id(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    if value is None:
        return ""
    if not TRACE_ID.fullmatch(value.strip().lower()):
        raise click.BadParameter(f"{value!r} cannot be one: a trace id is 32 hexadecimal digits, or the first of them.")
    return value.strip().lower()


@click.command()
@click.argument("service", metavar="[SERVICE|REPLICA]", required=False, shell_complete=complete)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written from now on.")
@click.option(
    "--trace", metavar="ID", callback=_trace_id, help="Only the records of one trace: its id, or how it begins."
)
@click.option("--text", metavar="TEXT", default="", help="Only records in which this stands, case aside.")
@click.option("--level", type=click.Choice(LEVELS), default="debug", metavar="L", help="This level or above.")
@click.option("--since", metavar="WHEN", help="Not older than this: 30s, 5m, 1h, or a time like 2026-01-31T12:00:00Z.")
@click.option("-n", "--tail", type=click.IntRange(min=0), metavar="N", help="Only the last N.")
@console.home
@console.as_json
def command(
    service: str | None,
    trace: str,
    text: str,
    level: str,
    since: str | None,
    tail: int | None,
    home: Home,
    *,
    follow: bool,
    as_json: bool,
) -> None:
    """Show what the processes have written: all of them, or those of one SERVICE.

    The lab's own log is called lab. In a pipe every record is one line. What is searched for is looked up in the
    evidence store while one answers, else in the files.
    """
    if service is not None:
        _ensure_unsealed(home, service)
    if not home.logs.is_dir() or not (follow or any(home.logs.glob("*.log"))):
        raise LabError(f"There are no logs in {home.root}.", hint="Start a lab with: lab up --detach")
    chosen = _logs(home, service)
    search = Search(trace, text, level, _moment(since))
    follower = Follower(chosen) if follow else None
    if tail is None and follow:
        tail = BEFORE_FOLLOWING
    if not search.narrows:
        records = merged(chosen(), search.wants) if tail is None else latest(chosen(), tail)
    elif follow or (found := _in_store(home, chosen(), search, tail, everybody=service is None)) is None:
        records = merged(chosen(), search.wants, last=tail, trace=search.trace)
    else:
        records = found
    if not _print(records, as_json=as_json) and not follow and tail != 0:
        click.echo(f"nothing found: {_sought(service, search, since)}", err=True)
    with contextlib.suppress(KeyboardInterrupt):
        while follower is not None:
            _print(filter(search.wants, follower.news()), as_json=as_json)
            sys.stdout.flush()
            time.sleep(POLL_EVERY_S)


def _ensure_unsealed(home: Home, service: str) -> None:
    """Raise `LabError` when a log is asked for that gives away what a drill that is on is about."""
    if any(home.sealed_log(one).exists() for one in instances_called(home, service)):
        from lab.playing import asking  # noqa: PLC0415 -- only for these

        if asking.is_on(home):
            raise LabError(
                f"A drill is on: the log of {service} is sealed until it is over.", hint="End it: lab reveal"
            )


def _logs(home: Home, service: str | None) -> Callable[[], list[Path]]:
    if service is None:
        return lambda: sorted(home.logs.glob("*.log"))
    instances = instances_called(home, service)
    # A sealed log is shown to those who ask for it by name, never among the others.
    sealed = {instance for instance in instances if home.sealed_log(instance).exists()}
    return lambda: [home.sealed_log(i) if i in sealed else home.log(i) for i in sorted(instances)]


def _in_store(
    home: Home, logs: list[Path], search: Search, last: int | None, *, everybody: bool
) -> list[Record] | None:
    """Return the records that are meant, oldest first; None when they have to be looked for in the files."""
    if any(log.parent != home.logs for log in logs):
        return None  # sealed: no store has it
    found = log_search.found(home, [log.stem for log in logs], search, last, everybody=everybody)
    if found is None:
        return None
    fresh = [filter(search.wants, not_older(log, found.until[log.stem])) for log in logs]
    records = list(heapq.merge(found.records, *fresh, key=attrgetter("time")))
    return records if last is None else records[max(0, len(records) - last) :]


def _moment(since: str | None) -> str:
    """Return the moment meant as the logs write it, so that both compare as text."""
    if not since:
        return ""
    try:
        moment = datetime.now(UTC) - timedelta(seconds=durations.seconds(since))
    except ValueError:
        try:
            moment = datetime.fromisoformat(since).astimezone(UTC)
        except ValueError:
            raise click.BadParameter(
                f"{since!r} is neither a duration (30s, 5m, 1h) nor a time (2026-01-31T12:00:00Z).",
                param_hint="--since",
            ) from None
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")


def _sought(service: str | None, search: Search, since: str | None) -> str:
    """Say what was looked for in vain."""
    level = search.level if search.level != LEVELS[0] else None
    text = f"{search.text!r}" if search.text else None
    narrowed = {"of": service, "of trace": search.trace, "with": text, "since": since, "of level": level}
    return " ".join(["no record", *(f"{by} {what}" for by, what in narrowed.items() if what)])


def _print(records: Iterable[Record], *, as_json: bool) -> int:
    """Print the records and return how many there were."""
    count = 0
    for count, record in enumerate(records, 1):  # noqa: B007 -- wanted below
        if as_json:
            click.echo(record.raw.strip())
            continue
        click.echo(logformat.text(record))
        if sys.stdout.isatty() and (stack := logformat.stack(record)):
            click.echo(click.style(stack, dim=True), nl=False)
    return count
