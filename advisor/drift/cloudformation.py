"""A template of CloudFormation, or what `describe-stack-resource-drifts` has found."""

from collections.abc import Callable, Mapping
from typing import Any

from advisor.calm.errors import BadDocument
from advisor.calm.pointer import below
from advisor.drift.resources import Change, Resource

Where = Callable[[str], str]
UNJUDGED = "NOT_CHECKED"


def resources(told: Mapping[str, Any], where: Where) -> list[Resource]:
    """Return what is there; nodes name it by its logical id. Raises BadDocument."""
    if isinstance(told.get("StackResourceDrifts"), list):
        listed = enumerate(told["StackResourceDrifts"])
        return [_drifted(one, where(below("", "StackResourceDrifts", number))) for number, one in listed]
    if isinstance(told.get("Resources"), dict):
        return [
            Resource(name, one.get("Properties") or {}, where(below("", "Resources", name)))
            for name, one in told["Resources"].items()
        ]
    raise BadDocument(
        f"{where('')} is neither a template nor what was found out about drift.",
        hint="aws cloudformation describe-stack-resource-drifts --stack-name NAME > drift.json",
    )


def unchecked(told: Mapping[str, Any]) -> list[str]:
    """Return the logical ids of what CloudFormation has not looked at."""
    return [
        one["LogicalResourceId"]
        for one in told.get("StackResourceDrifts", ())
        if one.get("StackResourceDriftStatus") == UNJUDGED
    ]


def _drifted(one: Mapping[str, Any], where: str) -> Resource:
    changes = tuple(
        Change(
            str(change.get("PropertyPath", "")).strip("/").replace("/", "."),
            change.get("ExpectedValue"),
            change.get("ActualValue"),
        )
        for change in one.get("PropertyDifferences") or ()
    )
    gone = one.get("StackResourceDriftStatus") == "DELETED"
    return Resource(one["LogicalResourceId"], {}, where, changes, gone=gone)
