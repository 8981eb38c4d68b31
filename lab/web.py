"""Asking the processes of a running lab, over HTTP on this machine."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from lab.errors import NoAnswer

PATIENCE_S = 5.0


def ask(
    who: str,
    page: str,
    path: str,
    method: str,
    body: dict[str, Any] | None = None,
    within_s: float = PATIENCE_S,
    token: str | None = None,
) -> dict[str, Any]:
    """Return the JSON object that `page` + `path` answers; `who` is what it is called when it does not.

    Raises `urllib.error.HTTPError` for a refusal, NoAnswer when nobody answers.
    """
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({} if token is None else {"Authorization": f"Bearer {token}"})
    request = Request(page + path, content, headers, method=method)  # noqa: S310 -- http, from our own state
    try:
        # Whatever proxy a person has set is not on the way to their own machine.
        with build_opener(ProxyHandler({})).open(request, timeout=within_s) as response:
            answer: dict[str, Any] = json.load(response)
            return answer
    except HTTPError:
        raise
    except (OSError, ValueError) as error:
        raise NoAnswer(f"The {who} does not answer at {page}.", hint="See whether it runs: lab status") from error
