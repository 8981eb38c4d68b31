"""One service as it is handed out: every seam is gone, and each fault is in the code or is not."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from drill.errors import NotPlain
from drill.places import SERVICES
from drill.workspace import fault as faults
from drill.workspace import plain
from drill.workspace.calls import Caller
from drill.workspace.fault import FaultModule

Files = dict[str, bytes]
"""Path below the service's folder → content."""
Params = Mapping[str, Mapping[str, Any]]
"""Fault → values of its parameters that go before its defaults."""
FAULTS = "faults"
NOT_CODE = frozenset({"__pycache__", FAULTS})


def modules_of(service: str, root: Path = SERVICES) -> list[FaultModule]:
    """Return the faults of a service. Raises `NotPlain`."""
    found = [faults.read(path) for path in sorted((root / service / FAULTS).glob("*.py")) if path.stem != "__init__"]
    taken: dict[str, str] = {}
    for one in found:
        if one.plain_module in taken:
            raise NotPlain(f"{taken[one.plain_module]} and {one.name} both have their code in {one.plain_module}.")
        taken[one.plain_module] = one.name
    return found


def plain_service(service: str, faulty: Collection[str], params: Params | None = None, root: Path = SERVICES) -> Files:
    """Return the code of a service that has those faults, by public name, and no other. Raises `NotPlain`."""
    known, values = modules_of(service, root), params or {}
    files = {path: _rewritten(service, path, data, known, values) for path, data in _read(root / service)}
    for one in known:
        behaviour = one.faulty if one.name in faulty else one.fixed
        files[str(one.plain_path)] = plain.module(one, behaviour, values.get(one.name, {})).encode()
    return dict(sorted(files.items()))


def write(files: Files, folder: Path) -> None:
    """Put a service's files below `folder`."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def _read(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        if path.is_file() and not NOT_CODE & set(below.parts[:-1]):
            yield str(below), path.read_bytes()


def _rewritten(service: str, path: str, data: bytes, known: list[FaultModule], params: Params) -> bytes:
    if not path.endswith(".py"):
        return data
    return Caller(f"{service}/{path}", data.decode(), service).plain(known, params).encode()
