"""`lab chaos export`: a scenario as an experiment of Chaos Toolkit."""

import json
import shlex
from pathlib import Path

import click

from lab import console
from lab.errors import LabError
from lab.home import Home


class NotWritten(LabError):
    """The file cannot be written."""

    code = "not-written"


@click.command("export")
@click.argument("scenario")
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write to FILE instead."
)
@console.home
@console.as_json
def command(home: Home, scenario: str, output: Path | None, *, as_json: bool) -> None:
    """Print SCENARIO as an experiment of Chaos Toolkit, in JSON.

    Play it with: chaos run --rollback-strategy always FILE
    """
    from chaos.scenario import loading  # noqa: PLC0415 -- takes longer than all the rest of a short verb
    from chaos.toolkit.export import experiment_of  # noqa: PLC0415 -- as above
    from lab.chaos_scenarios import choosing  # noqa: PLC0415 -- as above

    with choosing.told():
        experiment = experiment_of(loading.read(scenario), str(home))
    text = json.dumps(experiment, indent=2, ensure_ascii=False)
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise NotWritten(f"{output} cannot be written: {error.strerror}.") from error
    play = f"chaos run --rollback-strategy always {shlex.quote(str(output))}"
    console.show({"file": str(output)}, lambda: f"Wrote {output}. Play it: {play}", as_json=as_json)
