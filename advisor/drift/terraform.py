"""What `terraform show -json` tells, of a state or of a plan."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from advisor.calm.errors import BadDocument
from advisor.calm.pointer import below
from advisor.drift.resources import Change, Hidden, Resource

Where = Callable[[str], str]
"""JSON pointer → `file:line`."""
UNCHANGED = (["no-op"], ["read"], ["create"])
"""Actions of a plan that say nothing about what is there."""


def resources(told: Mapping[str, Any], where: Where) -> list[Resource]:
    """Return what is there; of a plan, also what it would change. Raises BadDocument."""
    if "format_version" not in told:
        raise BadDocument(
            f"{where('')} is not what terraform show -json writes.", hint="terraform show -json > state.json"
        )
    changes = dict(_changes(told, where))
    state = "/prior_state/values" if "prior_state" in told else "/values"
    values = told.get("prior_state", {}).get("values") if "prior_state" in told else told.get("values")
    found = {one.address: one for one in _module((values or {}).get("root_module", {}), f"{state}/root_module", where)}
    for address, changed in changes.items():
        known = found.get(address)
        attributes = known.attributes if known else {}
        there = known.where if known else changed.where
        # Plans that refresh have noticed a deletion already: the resource is in no state any more.
        found[address] = Resource(address, attributes, there, changed.changes, gone=changed.gone)
    return list(found.values())


def _module(module: Mapping[str, Any], pointer: str, where: Where) -> Iterator[Resource]:
    for number, one in enumerate(module.get("resources", ())):
        if one.get("mode") == "managed":
            secret = one.get("sensitive_values") or {}
            shown = {key: _open(value, secret.get(key)) for key, value in (one.get("values") or {}).items()}
            yield Resource(one["address"], shown, where(below(pointer, "resources", number)))
    for number, child in enumerate(module.get("child_modules", ())):
        yield from _module(child, below(pointer, "child_modules", number), where)


def _changes(told: Mapping[str, Any], where: Where) -> Iterator[tuple[str, Resource]]:
    for kind in ("resource_changes", "resource_drift"):  # what has happened counts for more than what is planned
        for number, one in enumerate(told.get(kind, ())):
            change = one.get("change", {})
            if one.get("mode", "managed") != "managed" or change.get("actions") in UNCHANGED:
                continue
            happened = kind == "resource_drift"
            gone = happened and change.get("actions") == ["delete"]
            pointer = below("", kind, number)
            yield (
                one["address"],
                Resource(one["address"], {}, where(pointer), _of(change, happened=happened), gone=gone),
            )


def _of(change: Mapping[str, Any], *, happened: bool) -> tuple[Change, ...]:
    """Return changes. What has happened goes from what was meant to what is; a plan, the other way."""
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown = change.get("after_unknown") or {}
    if not after:
        return ()
    meant, found = (before, after) if happened else (after, before)
    secret = {**_object(change.get("before_sensitive")), **_object(change.get("after_sensitive"))}
    return tuple(
        Change(key, _open(meant.get(key), secret.get(key)), _open(found.get(key), secret.get(key)))
        for key in sorted({*before, *after})
        if meant.get(key) != found.get(key) and not unknown.get(key)
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _open(value: Any, secret: Any) -> Any:
    """Return a value, with what is secret in it hidden; `secret` has its form, with true for a secret."""
    if secret is True:
        return Hidden()
    if isinstance(value, dict) and isinstance(secret, dict):
        return {key: _open(inner, secret.get(key)) for key, inner in value.items()}
    if isinstance(value, list) and isinstance(secret, list):
        return [_open(inner, secret[number] if number < len(secret) else None) for number, inner in enumerate(value)]
    return value
