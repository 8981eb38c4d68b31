"""`lab prove`: whether a repair holds, judged by what the services do."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab import console
from lab.home import Home

if TYPE_CHECKING:
    from drill.proving.judge import Claim

PROVEN, NOT_PROVEN = 0, 1
MOST_LINES = 12
JUDGED_WITHIN_S = 900.0


@click.command()
@click.argument("scenarios", metavar="[SCENARIO…]", nargs=-1)
@click.option(
    "--services",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Workspace whose code is judged.",
)
@click.option("--data", is_flag=True, help="Judge the data of the lab that runs instead: whether damage is put right.")
@click.option("--quick", is_flag=True, help="Without a lab: only what each service has to do by itself.")
@console.home
@console.as_json
@click.pass_context
def command(
    ctx: click.Context,
    home: Home,
    scenarios: tuple[str, ...],
    folder: Path | None,
    *,
    data: bool,
    quick: bool,
    as_json: bool,
) -> None:
    """Judge the repair of SCENARIO, or of several, that is in DIR; without a name, that for the drill that is on.

    The code is started by itself, with limits, and asked what has to be true. If all of it is, a lab is started with
    it, on free ports, and has to stand the load and whatever goes wrong outside, without an alert that pages or damage
    in the data; that takes a minute. What came of it is kept in the lab's home, with what was changed.

    In a drill there is a lab already, so that part is left out; a repair that holds is rolled out, and what does not
    hold is told once the right service has been named.

    What went wrong may have left damage behind, which no code repairs. With --data the books of all services are
    compared: all of it has to be put right, what is lost or wrong in money or stock. See docs/repairing-data.md.

    Exit code 0: all of it holds. 1: not all of it does. 2: it could not be judged.
    """
    if data == (folder is not None):
        raise click.UsageError("Say what is to be judged: --services DIR, or --data.")
    if folder is None:
        ctx.exit(_data(home, as_json=as_json))
    if not scenarios:
        ctx.exit(_blind(home, folder, as_json=as_json))
    from drill import catalogue  # noqa: PLC0415 -- knows scenarios, which takes long to load
    from drill.proving.repair import judged  # noqa: PLC0415 -- as above
    from lab import drills  # noqa: PLC0415 -- as above

    with drills.told():
        entry = catalogue.together(scenarios)
        verdicts, changes = judged(entry, folder.absolute(), is_live=not quick)
    proven = all(one.accepted for one in verdicts)
    result = {"scenario": entry.name, "proven": proven, "proofs": [one.as_json() for one in verdicts]}
    drills.remember(home, who=console.person(), folder=str(folder.absolute()), diff=changes, **result)
    console.show(result, lambda: _drawn([claim for one in verdicts for claim in one.claims]), as_json=as_json)
    ctx.exit(PROVEN if proven else NOT_PROVEN)


def _blind(home: Home, folder: Path, *, as_json: bool) -> int:
    from lab.playing import asking  # noqa: PLC0415 -- only where a drill is on

    order = {"folder": str(folder.absolute()), "who": console.person()}
    answer = asking.call(home, "prove", timeout_s=JUDGED_WITHIN_S, **order)
    console.show(answer, lambda: _told(answer), as_json=as_json)
    return PROVEN if answer["proven"] else NOT_PROVEN


def _data(home: Home, *, as_json: bool) -> int:
    import asyncio  # noqa: PLC0415 -- as below

    from drill.proving.data import judged  # noqa: PLC0415 -- loads slowly
    from lab.impact.measuring import metered  # noqa: PLC0415 -- as above
    from lab.playing import asking  # noqa: PLC0415 -- as above

    claims = judged(asyncio.run(metered(home, None, lambda measure: measure())))
    right = all(claim.held for claim in claims)
    if asking.is_on(home):
        asking.call(home, "data", right=right)
    told = [{"says": claim.says, "held": claim.held, "seen": claim.seen} for claim in claims]
    console.show({"right": right, "claims": told}, lambda: _drawn(claims), as_json=as_json)
    return PROVEN if right else NOT_PROVEN


def _told(answer: dict[str, Any]) -> str:
    from drill.proving.judge import Claim  # noqa: PLC0415 -- loads slowly

    if answer["needless"]:
        return f"No code that is here is what is wrong. This has cost {answer['cost']} points."
    if answer["proofs"] is None:
        return "It does not hold yet. What does not hold is told once you have named the right service: lab answer"
    drawn = _drawn([Claim(**claim) for proof in answer["proofs"] for claim in proof["claims"]])
    return f"{drawn}\nIt is rolled out: repaired code runs from now on." if answer["proven"] else drawn


def _drawn(claims: "Sequence[Claim]") -> str:
    failed = sum(not claim.held for claim in claims)
    if failed:
        last = click.style(f"{failed} of {len(claims)} claims do not hold.", fg="red")
    else:
        last = click.style(f"All {len(claims)} claims hold.", fg="green")
    return "\n".join([*(line for claim in claims for line in _lines(claim)), "", last])


def _lines(claim: "Claim") -> Sequence[str]:
    if claim.held:
        return [f"{click.style('holds', fg='green')}  {claim.says}"]
    if claim.when == "setup":
        return [f"{click.style('fails', fg='red')}  {claim.says}", *_indented("could not be asked:", claim.seen)]
    seen = _indented("seen:", claim.seen)
    return [f"{click.style('fails', fg='red')}  {claim.says}", *seen, *_indented("with:", claim.example)]


def _indented(title: str, text: str) -> Sequence[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], "…"]
    return [f"         {title if number == 0 else ' ' * len(title)} {line}" for number, line in enumerate(lines)]
