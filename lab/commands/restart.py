"""`lab restart`: replace the processes of a service."""

from typing import Any

import click

from lab import console, control
from lab.home import Home
from lab.names import complete
from lab.progress import progress


@click.command()
@click.argument("name", metavar="SERVICE|REPLICA", shell_complete=complete)
@console.home
@console.as_json
def command(name: str, home: Home, *, as_json: bool) -> None:
    """Replace the processes of a service; they run the code as it is now.

    The replicas of a service are replaced one after the other, so that a service that has two keeps serving.
    """
    with progress(silent=as_json) as shown:
        result = control.call(home, "restart", name=name, on_event=shown.hear)
    console.show(result, lambda: _told(result), as_json=as_json)


def _told(result: dict[str, Any]) -> str:
    who = ", ".join(f"{one['instance']} (pid {one['pid']})" for one in result["restarted"])
    return f"Restarted {who} in {result['took_ms']} ms."
