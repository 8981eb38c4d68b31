"""From what pydantic finds wrong to sentences that say what to write instead."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from chaos.probes import spec
from chaos.probes.tolerance import COMPARISONS
from chaos.scenario.lines import Lines, Path
from chaos.scenario.model import Guard, Scenario, Steady, Symptom
from chaos.scenario.writing import is_unwritten

HIDDEN = frozenset({"probe", "tolerance"})
"""Parts that do not stand in the file: their keys stand one level up."""
TABLES = frozenset({"action", "steady", "symptom", "guard", "hint", "red_herring"})
"""What stands in a file as `[[table]]`, any number of times."""
WANTED = {
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text in quotes",
    "tuple_type": "a list: [ … ]",
    "dict_type": "a table: { key = value }",
    "model_type": "a table: { key = value }",
    "model_attributes_type": "a table: { key = value }",
}


def problems(details: list[ErrorDetails], lines: Lines, left: Iterable[tuple[Path, str]] = ()) -> list[str]:
    """Return a sentence for each mistake and each text that is `left` to write, with its line, in the file's order."""
    told = [_told(detail, lines) for detail in _causes(details)]
    told += [(lines.of(path) or 0, f"{_where(path)} is still to be written: {what}.") for path, what in left]
    return [f"line {line}: {text}" if line else text for line, text in sorted(dict.fromkeys(told))]


def _causes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Return what is wrong by itself: a list is also too short when what stands in it was refused.

    What nobody has written yet is told as such.
    """
    return [
        one
        for one in details
        if not is_unwritten(one["input"])
        and (
            one["type"] != "too_short"
            or not any(other["loc"][: len(one["loc"])] == one["loc"] for other in details if other is not one)
        )
    ]


def _told(detail: ErrorDetails, lines: Lines) -> tuple[int, str]:
    path, model, field = _resolved(detail["loc"])
    where, key = _where(path), str(path[-1]) if path else ""
    return lines.of(path) or 0, _sentence(detail, where, key, model, field)


def _sentence(
    detail: ErrorDetails, where: str, key: str, model: type[BaseModel] | None, field: FieldInfo | None
) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    meaning = (field.description if field else "") or ""
    if kind == "missing":
        return f"{where} is missing: {meaning}." if meaning else f"{where} is missing."
    if kind == "extra_forbidden":
        return f"{where} is not known here. {_near(key, model)}"
    if kind == "value_error":
        return f"{where}: {context['error']}" if where else str(context["error"])
    if kind == "union_tag_not_found":
        return f"{where} needs a `kind`. Write kind = {_one_of(spec.KINDS)}."
    if kind == "union_tag_invalid":
        return f"{where}: there is no kind {context['tag']!r}. Write {_one_of(spec.KINDS)}."
    if kind in WANTED:
        return f"{where} is {_given(detail['input'])}. Write {WANTED[kind]}" + (f": {meaning}." if meaning else ".")
    return f"{where}: {detail['msg'][0].lower()}{detail['msg'][1:]}, not {_given(detail['input'])}." + (
        f" It is {meaning}." if meaning else ""
    )


def _resolved(location: Path) -> tuple[Path, type[BaseModel] | None, FieldInfo | None]:
    """Return where it is in the file, the model that its last key belongs to, and the field of that key."""
    path: list[str | int] = []
    owner: type[BaseModel] | None = None
    field: FieldInfo | None = None
    inside: Mapping[str, type[BaseModel]] = {"": Scenario}
    for part in location:
        if isinstance(part, int):
            path.append(part)
        elif part in inside:  # no key, but the tag that chooses among several models
            inside = {"": inside[part]}
        else:
            owner = next(iter(inside.values()), None)
            field = _field(owner, part) if owner else None
            inside = _models(field) if field else {}
            path.extend([] if part in HIDDEN else [part])
    return tuple(path), owner, field


def _field(model: type[BaseModel], key: str) -> FieldInfo | None:
    fields = model.model_fields
    return fields.get(key) or next((one for one in fields.values() if one.alias == key), None)


def _models(field: FieldInfo) -> Mapping[str, type[BaseModel]]:
    """Return the models that a field may hold, by the tag that chooses among them."""
    return {_tag(model): model for model in _within(field.annotation)}


def _within(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _within(argument)


def _tag(model: type[BaseModel]) -> str:
    kind = model.model_fields.get("kind")
    return str(get_args(kind.annotation)[0]) if kind else model.__name__


def _where(path: Path) -> str:
    """Return `[[action]] 2 `params.latency_ms``."""
    tables, keys = [], list(path)
    if len(keys) > 1 and keys[0] in TABLES:
        tables.append(f"[[{keys[0]}]] {int(keys[1]) + 1}")
        keys = keys[2:]
    named = ".".join(str(key) for key in keys)
    return " ".join([*tables, *([f"`{named}`"] if named else [])])


def _near(key: str, model: type[BaseModel] | None) -> str:
    if model is None:
        return "Leave it out."
    known = {field.alias or name for name, field in model.model_fields.items()} - HIDDEN
    beside: set[str] = set()
    if "tolerance" in model.model_fields:  # a probe: its own keys stand among those of the comparison and of the claim
        known |= set(COMPARISONS)
        beside = set().union(*(claim.own for claim in (Steady, Symptom, Guard)))
    near = get_close_matches(key, sorted(known | beside), n=1, cutoff=0.6)
    return f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(sorted(known))}."


def _one_of(words: tuple[str, ...]) -> str:
    return " or ".join([", ".join(f'"{word}"' for word in words[:-1]), f'"{words[-1]}"'])


def _given(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"
