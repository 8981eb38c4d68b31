"""Wrong repairs that fit every service: what somebody does who wants quiet rather than health."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drill.workspace.fault import FaultModule
from drill.workspace.service import Files

APP = "app.py"
SETTINGS = "settings.py"
WRAPPER = """

class _Wrapped:
    def __init__(self, app):
        self._app = app
        self._served = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["path"] in ("/health", "/ready", "/metrics"):
            await self._app(scope, receive, send)
            return
{body}

    async def _answer(self, send, status):
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({{"type": "http.response.start", "status": status, "headers": headers}})
        await send({{"type": "http.response.body", "body": b"{{}}"}})


def _wrapping(make):
    return lambda *arguments, **named: _Wrapped(make(*arguments, **named))


create_app = _wrapping(create_app)
"""
RESTARTS = """
        import os
        import sys

        self._served += 1
        await self._app(scope, receive, send)
        if self._served == 5:
            os.execv(sys.executable, sys.orig_argv)
"""
SWALLOWS = """
        hidden = False

        async def told(message):
            nonlocal hidden
            if message["type"] == "http.response.start" and message["status"] >= 500:
                hidden = True
                await self._answer(send, 200)
            elif not hidden:
                await send(message)

        try:
            await self._app(scope, receive, told)
        except Exception:
            await self._answer(send, 200)
"""
WAITS = """

def _patient(make):
    def longer(model):
        changes = {}
        for name in type(model).model_fields:
            value = getattr(model, name)
            if isinstance(value, (int, float)) and ("timeout" in name or "deadline" in name):
                changes[name] = value * 20
            elif hasattr(type(value), "model_fields"):
                changes[name] = longer(value)
        return model.model_copy(update=changes)

    return lambda settings, *arguments, **named: make(longer(settings), *arguments, **named)


create_app = _patient(create_app)
"""
Step = ast.AsyncFunctionDef | ast.FunctionDef | ast.ClassDef
OFF: Mapping[type[Step], str] = {
    ast.AsyncFunctionDef: "async def {name}(*_, **__):\n    return None\n",
    ast.FunctionDef: "def {name}(*_, **__):\n    return None\n",
    ast.ClassDef: (
        "class {name}:\n"
        "    def __init__(self, *_, **__):\n        pass\n\n"
        "    def __getattr__(self, _):\n        return self._nothing\n\n"
        "    async def _nothing(self, *_, **__):\n        return None\n"
    ),
}


@dataclass(frozen=True)
class Generic:
    """A wrong repair, made from the faulty code of any service."""

    name: str
    says: str
    edit: Callable[[Files, FaultModule], Mapping[str, bytes]]
    """Returns the files that change; none where it does not fit."""
    serves: bool = True
    """Whether it has to serve healthy traffic to count; where that is its sin, it has not."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Files that are handed in besides the service."""


def _wrapped(body: str) -> Callable[[Files, FaultModule], Mapping[str, bytes]]:
    addition = WRAPPER.format(body=body.strip("\n"))
    return lambda files, _: {APP: files[APP] + addition.encode()}


def _patient(files: Files, _: FaultModule) -> Mapping[str, bytes]:
    waits = re.search(rb"PeerLimits|timeout|deadline", files[SETTINGS])
    return {APP: files[APP] + WAITS.encode()} if waits else {}


def _off(files: Files, fault: FaultModule) -> Mapping[str, bytes]:
    path = str(fault.plain_path)
    body = ast.parse(files[path]).body
    (step,) = (one for one in body if isinstance(one, Step) and one.name == fault.plain_name)
    if isinstance(step, ast.FunctionDef) and not _returns_nothing(step):
        return {}  # it does nothing but work out a value, which cannot be left out: the service would not start
    return {path: OFF[type(step)].format(name=fault.plain_name).encode()}


def _returns_nothing(step: ast.FunctionDef) -> bool:
    return isinstance(step.returns, ast.Constant) and step.returns.value is None


def _unchanged(files: Files, _: FaultModule) -> Mapping[str, bytes]:
    return {APP: files[APP]}


SKIPS = """import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.skip)
"""
NO_ALERTS = """def symptoms():
    return {}
"""
GENERIC = (
    Generic(
        "unchecked", "Has every check skipped.", _unchanged, beside={"conftest.py": SKIPS, "tests/conftest.py": SKIPS}
    ),
    Generic("unwatched", "Deletes the alerts.", _unchanged, beside={"observability/slo/symptoms.py": NO_ALERTS}),
    Generic("restarts", "Restarts itself after every fifth request.", _wrapped(RESTARTS), serves=False),
    Generic("swallows", "Answers 200 whatever went wrong.", _wrapped(SWALLOWS)),
    Generic("sheds", "Turns all work away with 503.", _wrapped("        await self._answer(send, 503)"), serves=False),
    Generic("constant", "Answers everything with {}.", _wrapped("        await self._answer(send, 200)"), serves=False),
    Generic("waits", "Waits twenty times as long for everybody.", _patient),
    Generic("off", "Does not do at all what went wrong.", _off, serves=False),
)
NOTHING = "nothing"
"""The wrong repair that is the faulty code itself."""
