"""Workspaces for tests: made once, changed by copies; and words that may not be in one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from drill.catalogue import Entry
from drill.workspace import plain
from drill.workspace.fault import FaultModule
from drill.workspace.service import modules_of

SHINGLE = 6
"""So many words in a row are a quotation."""
ANYWHERE = re.compile(r"\bFAULTS?\b|\bfaults?\b|\bchassis\.fault|\bPlain:|\bRepair:|\bCause:|\bworkshop\b")


def texts(folder: Path) -> dict[str, str]:
    """Return every text file of a workspace, and what git says of it, by name."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in files
        if ".git" not in path.relative_to(folder).parts and path.suffix not in (".png", ".ico", ".woff2")
    }


def telling(entry: Entry, folder: Path) -> Iterator[str]:
    """Yield what in a workspace gives away what is wrong, or how it was repaired."""
    modules = [module for service in entry.services for module in modules_of(service)]
    wrong = {fault.name for fault in entry.faults}
    words = {word for one in modules for word in (one.what, one.what.replace("_", " "), one.seam)} | {entry.name}
    words |= {name for one in modules if one.name in wrong for name in _defined_for_repair_only(one)}
    quotations = {shingle for one in modules for shingle in _shingles(ast.get_docstring(one.source.tree) or "")}
    for name, text in texts(folder).items():
        yield from (f"{name}: {word}" for word in sorted(words) if re.search(rf"\b{re.escape(word)}\b", text))
        yield from (f"{name}: {found[0]}" for found in ANYWHERE.finditer(text))
        yield from (f"{name}: {quoted}" for quoted in sorted(quotations & set(_shingles(text))))
    for one in modules:
        if one.name in wrong:
            yield from _left_over(one, folder)


def _defined_for_repair_only(fault: FaultModule) -> set[str]:
    defined = {
        name.id if isinstance(name, ast.Name) else name.name
        for one in fault.source.tree.body
        for name in ast.walk(one)
        if isinstance(name, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        or (isinstance(one, ast.Assign | ast.AnnAssign) and isinstance(name, ast.Name))
    }
    return plain.alone_in(fault, fault.fixed) & defined


def _left_over(fault: FaultModule, folder: Path) -> Iterator[str]:
    """Yield what the service defines and now nobody uses, because only the repair did."""
    own = f"services.{fault.service}."
    wanted = plain.alone_in(fault, fault.fixed)
    for one in fault.source.tree.body:
        if not (isinstance(one, ast.ImportFrom) and (one.module or "").startswith(own)):
            continue
        for name in {alias.name for alias in one.names} & wanted:
            code = (text for path, text in texts(folder / "services" / fault.service).items() if path.endswith(".py"))
            if sum(len(re.findall(rf"\b{name}\b", text)) for text in code) < 2:
                yield f"{one.module}: nothing but the repair used {name}; keep it in the fault's module"


def _shingles(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.lower())
    for start in range(len(words) - SHINGLE + 1):
        yield " ".join(words[start : start + SHINGLE])
