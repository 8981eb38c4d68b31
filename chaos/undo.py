"""Taking acts back, with the standard library alone: the controller does it, and the caretaker when that is gone.

A record is JSON, written down before the act. Carrying one out twice, or when the act never happened, changes nothing.

    {"kind": "http", "calls": [{"method", "url", "body"}]}    404 is fine: it is gone already
    {"kind": "signal", "pid", "signal": "SIGCONT"}
    {"kind": "lab", "state_file", "verb", "arguments"}        a verb of the lab's supervisor, whose address that tells
"""

import json
import os
import signal
import socket
from pathlib import Path
from typing import Any

TIMEOUT_S, LAB_TIMEOUT_S = 2.0, 8.0
"""How long one call may take; a verb of the lab has others to ask first."""
BAD_REQUEST, NOT_FOUND = 400, 404
GONE = frozenset({"unknown-name", "not-running"})

Record = dict[str, Any]


class CannotUndo(Exception):
    """It did not work now; it may work later."""


def carry_out(record: Record) -> None:
    """Undo one act. Raises `CannotUndo`."""
    try:
        _HOW[record["kind"]](record)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CannotUndo(f"{type(error).__name__}: {error}") from error


def _make_calls(record: Record) -> None:
    problems = [problem for call in record["calls"] if (problem := _problem_of(call))]
    if problems:
        raise CannotUndo("; ".join(problems))


def _problem_of(call: dict[str, Any]) -> str:
    try:
        status, said = http_call(call)
    except OSError as error:
        return f"{call['method']} {call['url']}: {error or type(error).__name__}"
    if status < BAD_REQUEST or status == NOT_FOUND:
        return ""
    return f"{call['method']} {call['url']} was answered {status} {said.decode(errors='replace').strip()}"


def http_call(call: dict[str, Any]) -> tuple[int, bytes]:
    """Make one call; return the status and the body of the answer. Raises `OSError` when there is none."""
    # Loaded here, because it brings as much with it as the whole caretaker takes otherwise.
    from http.client import HTTPConnection, HTTPException  # noqa: PLC0415
    from urllib.parse import urlsplit  # noqa: PLC0415

    where = urlsplit(call["url"])
    connection = HTTPConnection(where.hostname or "", where.port, timeout=TIMEOUT_S)
    try:
        body = None if call["body"] is None else json.dumps(call["body"])
        connection.request(call["method"], where.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except HTTPException as error:
        raise ConnectionError(repr(error)) from error
    finally:
        connection.close()


def _signal(record: Record) -> None:
    try:
        os.kill(int(record["pid"]), signal.Signals[record["signal"]])
    except ProcessLookupError:
        return  # it has been ended meanwhile, and whoever took its place runs


def _ask_lab(record: Record) -> None:
    answer = ask_lab(Path(record["state_file"]), record["verb"], record["arguments"])
    if (error := answer.get("error")) and error.get("code") not in GONE:
        raise CannotUndo(str(error.get("message")))


def ask_lab(state_file: Path, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the last line of the supervisor's answer: `{"result"}` or `{"error"}`. Raises `OSError`, `ValueError`."""
    address = json.loads(state_file.read_text())["socket"]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(LAB_TIMEOUT_S)
        connection.connect(address)
        connection.sendall(json.dumps({"verb": verb, **arguments}).encode() + b"\n")
        for line in connection.makefile("rb"):
            answer: dict[str, Any] = json.loads(line)
            if "result" in answer or "error" in answer:
                return answer
    raise ConnectionResetError("the supervisor hung up before it had answered")


_HOW = {"http": _make_calls, "signal": _signal, "lab": _ask_lab}
