"""Asking a replica through its operator's interface, `/-/…` on its own port."""

import hmac
import json
from typing import Any

from lab import probe
from lab.errors import LabError, NoAnswer, Refused, UnknownName
from lab.replica import Replica

WITHIN_S = 3.0

Json = dict[str, Any]


async def ask(replica: Replica, method: str, path: str, body: Any = None, *, within_s: float = WITHIN_S) -> Json:
    """Return the JSON object that `replica` answers to `method` on `/-` + `path`.

    Raises NoAnswer when it is silent, UnknownName when it has no such thing, Refused when it says no for other reasons.
    """
    if not replica.instance.process.joins_channel:  # what is the lab's own has verbs of its own
        raise Refused(f"{replica.name} is no service of the platform; it cannot be operated like one.")
    answer = None
    if replica.pid is not None:
        answer = await probe.ask(
            replica.instance, method, f"/-{path}", body, headers=_credentials(replica), within_s=within_s
        )
    if answer is None:
        raise NoAnswer(f"{replica.name} does not answer.", hint="See how it is: lab status")
    try:
        told: Json = json.loads(answer.body) if answer.body else {}
    except ValueError:
        told = {}
    if answer.status >= 400:
        raise _refused(replica, answer.status, told)
    return told


def _credentials(replica: Replica) -> dict[str, str]:
    """Return what shows a service whose port is public that it is we who ask."""
    try:
        key = replica.key_file.read_bytes().strip() if replica.key_file else b""
    except OSError:
        return {}
    return {"X-Operator": hmac.digest(key, b"operator", "sha256").hex()}


def _refused(replica: Replica, status: int, problem: Json) -> LabError:
    kind = UnknownName if status == 404 else NoAnswer if status >= 500 else Refused
    detail = str(problem.get("detail") or f"It answered {status}.")
    near = problem.get("near") or []
    hint = f"Did you mean {' or '.join(near)}?" if near else str(problem.get("instead", ""))
    return kind(f"{replica.name}: {detail}", hint=hint)
