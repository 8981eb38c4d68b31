"""Where controller and lab are, as the `configuration` of an experiment tells.

| key | |
|---|---|
| `nightshift_home` | folder of the lab, `.lab` when it is left out |
| `nightshift_controller_url` | where the controller listens; left out or empty: as the lab in that folder tells |
| `nightshift_token` | what an operator has to show to it; left out or empty: nothing, as on the own machine |
| `nightshift_session` | set by the control: the session that owns what the actions switch on |
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chaos.probes.addresses import StateFile

Configuration = Mapping[str, Any]

HOME = "nightshift_home"
URL = "nightshift_controller_url"
TOKEN = "nightshift_token"  # noqa: S105 -- the name of a key
SESSION = "nightshift_session"
DEFAULT_HOME = ".lab"


class NoLab(Exception):
    """Nobody knows where the controller is. The message says what to write."""


def lab(configuration: Configuration | None) -> StateFile:
    """Return the address book of the lab."""
    home = Path(str((configuration or {}).get(HOME) or DEFAULT_HOME)).expanduser()
    return StateFile(home / "run" / "state.json")


def controller_url(configuration: Configuration | None) -> str:
    """Return the URL of the controller; raise `NoLab`."""
    if given := (configuration or {}).get(URL):
        return str(given)
    try:
        return lab(configuration).url("controller")
    except LookupError:
        home = (configuration or {}).get(HOME) or DEFAULT_HOME
        raise NoLab(
            f"No lab runs in {home}. Start one with `lab up --detach`; or say where it is: --var {HOME}=FOLDER, "
            f"or --var {URL}=URL for a controller without a lab."
        ) from None


def token(configuration: Configuration | None) -> str | None:
    """Return what to show to the controller, if anything."""
    return (configuration or {}).get(TOKEN) or None


def session(configuration: Configuration | None) -> str | None:
    """Return the session that owns what is switched on; None without the control."""
    return (configuration or {}).get(SESSION)
