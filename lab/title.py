"""What `ps` shows of a command: everybody on the machine can look there, trainees included."""

from collections.abc import Sequence

SEALED = frozenset({"chaos", "leaks", "play"})
"""Of these verbs, names of faults and scenarios are arguments."""
TITLE = "lab"


def conceal(arguments: Sequence[str]) -> None:
    """Show no more than the name of the program, if `arguments` (without that) give away what is switched on."""
    if SEALED.intersection(arguments):
        from setproctitle import setproctitle  # noqa: PLC0415 -- other verbs do without

        setproctitle(TITLE)
