"""What tools for infrastructure have written into files that are given."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.calm.errors import BadDocument
from advisor.calm.source import shown
from advisor.drift import cloudformation, kubernetes, resources, terraform
from advisor.drift.finding import Check, skipped
from advisor.drift.resources import Inventory, Resource
from lab.drift import reading
from lab.drift.reading import Where
from lab.drift.wanted import Wanted

Reader = Callable[[Mapping[str, Any], Where], list[Resource]]


def of_terraform(wanted: Wanted) -> Check:
    """Compare with what `terraform show -json` has written. Raises BadDocument."""
    return _inventory(wanted, "terraform", wanted.terraform, terraform.resources)


def of_cloudformation(wanted: Wanted) -> Check:
    """Compare with templates, or with what was found out about drift. Raises BadDocument."""
    return _inventory(wanted, "cloudformation", wanted.cloudformation, cloudformation.resources)


def of_kubernetes(wanted: Wanted) -> Check:
    """Compare with manifests. Raises BadDocument."""
    return _inventory(
        wanted, "kubernetes", wanted.kubernetes, lambda told, where: kubernetes.resources([(told, where(""))])
    )


def _inventory(wanted: Wanted, kind: str, files: tuple[Path, ...], of: Reader) -> Check:
    if not files:
        return skipped(kind, f"No file was given: --{kind} FILE.")
    found: list[Resource] = []
    notes: list[str] = []
    for file in [one for given in files for one in _files(given)]:
        for told, where in reading.read(file):
            try:
                found += of(told, where)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise BadDocument(
                    f"{where('')} has not the form that {kind} files have: {error!r}.", hint="Give what the tool wrote."
                ) from error
            if kind == "cloudformation" and (left := cloudformation.unchecked(told)):
                notes.append(f"CloudFormation has not looked at {', '.join(left)}.")
    inventory = Inventory(kind, found, ", ".join(shown(file) for file in files), tuple(notes))
    return resources.compare(wanted.of, inventory)


def _files(given: Path) -> Iterator[Path]:
    if not given.is_dir():
        yield given
        return
    found = sorted(one for one in given.rglob("*") if one.suffix in (".json", *reading.YAML))
    if not found:
        raise BadDocument(f"There is neither JSON nor YAML in {given}.", hint="Give a folder of manifests.")
    yield from (one for one in found if not one.name.startswith("kustomization."))
