"""Writing a workspace: a small git repository with the code of a scenario's services, and a page to begin with."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from drill import places
from drill.catalogue import Entry
from drill.errors import Unfit
from drill.places import ROOT
from drill.workspace.service import plain_service, write

AUTHOR = "Night shift <shop@nightshift.invalid>"
WHEN = "2025-11-22T01:00:00Z"
MESSAGE = "The services as they run tonight"
IGNORED = "__pycache__/\n*.pyc\n.pytest_cache/\n.ruff_cache/\n.mypy_cache/\n"
README = """# Tonight's services

Something is wrong in the shop, and this is the code that runs. This is what the pager said:

```text
{page}
```

## What is here

{listed}

These are all the services in question; whatever else they stand on (`services.chassis`, `observability`, the other
services) comes from the lab's own tree, where you can read it. The code is yours: change it as you would in earnest.

It has to be right with more than one replica of a service on the same database, and on both databases that the shop
runs on, SQLite and PostgreSQL. `Database.begin()` gives a connection in a transaction that ends with the block,
`Database.read()` one to read from.

## Start the lab on this code

In the folder of the lab, with the path of this one for WORKSPACE:

```text
lab up --services WORKSPACE --detach
lab restart {first}         after a change: the code as it is then
lab down
```

`lab status` shows which services run on it; `lab logs`, `lab top`, `lab traces` and `lab metrics` what they do, and
`lab impact` what it has cost: which order, invoice or product is wrong, and why.

## Have your repair proven

```text
lab prove {named}--services WORKSPACE
```

{meaning}It starts your code, asks it what has to be true, and says in
words what does not hold; it exits with 0 when all of it does. It judges what the services do, not how they are written:
any repair that is right passes. Nothing that lies here besides `services/` takes part.

Code does not repair data that is wrong already. Where there is any, `lab prove --data` says whether it is put right;
docs/repairing-data.md in the lab's folder has the ways.

Tests of your own may lie anywhere here, say in `tests/`.
"""


NAMED = "SCENARIO is the name under which you were given this. "
SEVERAL_NAMED = "SCENARIO … are the names under which you were given this. "


def hand_out(entry: Entry, folder: Path, *, is_blind: bool = False) -> Sequence[str]:
    """Write the workspace of a scenario; return the services in it, in short.

    With `is_blind` all services are in it, whatever is wrong and wherever: which ones there are tells nothing.

    Raises `Unfit` when there is something in `folder` already, `NothingToRepair`, `NotPlain`; then nothing is written.
    """
    if not is_blind:
        entry.ensure_repairable()
    _ensure_free(folder)
    faulty = {fault.name for fault in entry.faults}
    services = places.services() if is_blind else entry.services
    code = {service: plain_service(service, faulty, entry.params) for service in services}
    folder.mkdir(parents=True, exist_ok=True)
    for service, files in code.items():
        write(files, folder / "services" / service)
    (folder / "README.md").write_text(_readme(entry, services, is_blind=is_blind), encoding="utf-8")
    (folder / ".gitignore").write_text(IGNORED)
    _commit(folder)
    return services


def _ensure_free(folder: Path) -> None:
    if shutil.which("git") is None:
        raise Unfit("A workspace is a git repository, and there is no git here.", hint="Install git.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Unfit(f"There is something in {folder} already.", hint="Name a folder that is new or empty.")
    if folder.resolve().is_relative_to(ROOT / "services"):
        raise Unfit(f"{folder} is in the lab's own code.", hint="Name a folder that is elsewhere.")


def _readme(entry: Entry, services: Sequence[str], *, is_blind: bool) -> str:
    return README.format(
        page="\n\n".join(one.page.strip() for one in entry.scenarios),
        listed="\n".join(f"- `services/{service}`" for service in services),
        first=services[0],
        named="" if is_blind else "SCENARIO … " if entry.also else "SCENARIO ",
        meaning="" if is_blind else SEVERAL_NAMED if entry.also else NAMED,
    )


def _commit(folder: Path) -> None:
    """Make one commit that tells nothing of who made it, whatever the person's own git is set to."""
    name, _, mail = AUTHOR.partition(" <")
    own = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", mail.rstrip(">")), ("DATE", WHEN))
    }
    environment = {"PATH": os.defpath, "HOME": str(folder), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    git = shutil.which("git") or "git"
    for arguments in (
        ["init", "--quiet", "--template=", "--initial-branch=main"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", MESSAGE],
    ):
        done = subprocess.run(  # noqa: S603 -- git, with arguments of ours
            [git, *arguments], cwd=folder, env=environment | own, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Unfit(f"git {arguments[0]} failed: {done.stderr.strip()}", hint="See whether git works here.")
