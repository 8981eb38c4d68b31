"""Rules about what a document points to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from advisor.calm.pointer import below
from advisor.calm.source import file_at
from advisor.lint.rule import Case, Rule, Said

FILES = ("runbook", "adr", "dashboard")
"""Facts of a node or a flow that are links."""
MARKS = (".git", "pyproject.toml", "package.json")
"""One of them is in the folder that links start from."""


def root_of(folder: Path) -> Path:
    """Return the folder of the project that a folder belongs to; itself when there is none."""
    for one in (folder, *folder.parents):
        if any((one / mark).exists() for mark in MARKS):
            return one
    return folder


def _adrs(case: Case) -> Iterator[Said]:
    for number, link in enumerate(case.architecture.adrs):
        yield from _followed(case, link, below("/adrs", number), "the decision")


def _facts(case: Case) -> Iterator[Said]:
    for part in case.architecture.told:
        for key in FILES:
            if key in part.metadata:
                yield from _followed(case, part.metadata[key], part.metadata.at(key), f"the {key} of {part.id}")


def _monitoring(case: Case) -> Iterator[Said]:
    found = case.architecture.metadata.get("monitoring")
    at = case.architecture.metadata.at("monitoring")
    if not isinstance(found, dict) or not found:
        mend = "Add 'monitoring' to the metadata of the document: dashboard, logs, alerts, status page."
        yield Said(at, "The document does not say where the platform is watched.", mend)
        return
    for key, link in found.items():
        if link == "pending" or (isinstance(link, str) and "://" in link and not _is_url(link)):
            yield Said(below(at, key), f"{key} leads nowhere: {link}.", "Write the address.")


def _followed(case: Case, link: Any, pointer: str, what: str) -> Iterator[Said]:
    if not isinstance(link, str) or not link:
        yield Said(pointer, f"The link to {what} is no text.", "Write a file of the repository, or a URL.")
    elif "://" in link:
        if not _is_url(link):
            yield Said(pointer, f"The link to {what} is no URL: {link}.", "Write it whole: https://host/path.")
    elif not is_there(case, link):
        yield Said(pointer, f"There is no {link}, {what}.", "Write the file, or name the one that is meant.")


def is_there(case: Case, link: str) -> bool:
    """Say whether a link that is no URL leads to a file: from the project's folder on, or from the document's."""
    place = link.partition("#")[0]
    return any(file_at(start, place) for start in (case.root, case.folder))


def _is_url(link: str) -> bool:
    try:
        found = urlsplit(link)
    except ValueError:
        return False
    return found.scheme in ("http", "https") and bool(found.hostname)


RULES = (
    Rule("decision-there", "warning", "ours", "Decisions that are named exist.", _adrs),
    Rule("link-there", "warning", "ours", "Runbooks and dashboards that are named exist.", _facts),
    Rule("monitoring-told", "warning", "ours", "The document says where the platform is watched.", _monitoring),
)
