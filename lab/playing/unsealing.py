"""Who may read an answer: whoever the lab's controller would tell what is on."""

import json
from urllib.error import HTTPError

import click

from lab import state, web
from lab.errors import LabError, NoAnswer, NotRunning
from lab.home import Home


class Sealed(LabError):
    """Answers are sealed at present."""

    code = "sealed"


def ensure_unsealed(home: Home) -> None:
    """Return when answers may be told; ask for the instructor's token where the controller takes tokens.

    Raises Sealed when they may not. Where no lab runs nothing is sealed: the files lie there for everybody.
    """
    refusal = _refusal(home, None)
    if refusal in ("not-allowed", "not-yours"):
        token = click.prompt("Token of the instructor", hide_input=True, err=True)
        refusal = _refusal(home, token)
    if refusal == "sealed":
        raise Sealed("A drill is on: answers are sealed until it is over.", hint="End it: lab reveal")
    if refusal:
        raise Sealed("This token does not open the answers.", hint="That of an operator does, or of an admin.")


def _refusal(home: Home, token: str | None) -> str:
    """Return the code with which the controller refuses to tell what there is; empty: it does not."""
    try:
        web.ask("controller", state.running(home).url("controller"), "/faults", "GET", token=token)
    except HTTPError as error:
        return _code(error)
    except (NotRunning, NoAnswer):
        return ""
    return ""


def _code(error: HTTPError) -> str:
    try:
        return str(json.load(error)["type"]).removeprefix("urn:problem:")
    except (ValueError, KeyError, TypeError):
        return str(error.code)
