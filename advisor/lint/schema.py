"""Rules that hold parts of a document against JSON Schemas."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

from advisor.calm.errors import BadDocument
from advisor.calm.model import Requirement
from advisor.calm.pointer import below, joined
from advisor.calm.schemas import CALM, DECORATOR, TIMELINE, NoSchema, Schemas
from advisor.calm.source import Source, source
from advisor.lint.rule import Case, Rule, Said

MENDS = {
    "required": "Add it.",
    "additionalProperties": "Remove it, or move it into 'metadata'.",
    "enum": "Write one of the values that are listed.",
    "type": "Write a value of that type.",
    "oneOf": "Write exactly one of the forms that are allowed.",
    "anyOf": "Write one of the forms that are allowed.",
    "const": "Write that value.",
    "pattern": "Write it in that form.",
    "minItems": "Add what is missing.",
}
ELSE = "Write what the schema asks for."


def _schema(case: Case) -> Iterator[Said]:
    named = case.architecture.source.value.get("$schema")
    if not isinstance(named, str) or not named:
        yield Said("", "The document does not say what it is.", f'Add "$schema": "{CALM}".')
        named = CALM
    try:
        yield from held(case.schemas, case.architecture.source.value, named, case.folder)
    except NoSchema:
        yield from held(case.schemas, case.architecture.source.value, CALM, case.folder)


def _schema_known(case: Case) -> Iterator[Said]:
    named = case.architecture.source.value.get("$schema")
    if isinstance(named, str) and named:
        try:
            list(case.schemas.mistakes({}, named, case.folder))
        except NoSchema:
            yield Said(
                "/$schema",
                f"The schema {named} is not here; the document was held against CALM 1.2 instead.",
                f"Write {CALM}, or say with --url-mapping which file it is.",
            )


def held(schemas: Schemas, value: Any, url: str, beside: Path, pointer: str = "") -> Iterator[Said]:
    """Yield what a schema has against a value that stands at `pointer`. Raises NoSchema."""
    for mistake in schemas.mistakes(value, url, beside):
        yield said(mistake, pointer)


def said(mistake: jsonschema_rs.ValidationError, pointer: str) -> Said:
    """Return what a library has found as a sentence of ours; of several forms, what is wrong with the likeliest."""
    inner = _likeliest(mistake)
    keyword = inner.kind.name
    at = pointer + joined(inner.instance_path)
    return Said(at, f"{_shortened(inner.message)}.", MENDS.get(keyword, ELSE))


def _likeliest(mistake: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    forms = getattr(mistake.kind, "context", None)
    tried = [form for form in forms or () if form and all(len(one.instance_path) for one in form)]
    if len(tried) == 1:
        return _likeliest(tried[0][0])
    return mistake


def _shortened(message: str) -> str:
    return message if len(message) < 200 else f"{message[:90]} … {message[-100:]}"


def requirements(case: Case) -> Iterator[Requirement]:
    """Yield the requirements of every control of a document."""
    document = case.architecture
    for controls in (document.controls, *(part.controls for part in document.parts)):
        for control in controls:
            yield from control.requirements


def _config(case: Case, one: Requirement) -> tuple[Mapping[str, Any], str] | None:
    """Return the config of a requirement and where it stands. Raises BadDocument."""
    if one.config is not None:
        return one.config, below(one.pointer, "config")
    if one.config_url and "://" not in one.config_url:
        return source(case.folder / one.config_url).value, ""
    return None


def _controls(case: Case) -> Iterator[Said]:
    for one in requirements(case):
        if not one.url:
            continue
        try:
            config = _config(case, one)
            if config is None:
                continue
            found = list(held(case.schemas, config[0], one.url, case.folder, config[1]))
        except NoSchema:
            continue  # told by the rule below
        except BadDocument as error:
            yield Said(one.pointer, f"The control cannot be checked. {error.message}", error.hint)
            continue
        for mistake in found:
            at = mistake.pointer if config[1] else below(one.pointer, "config-url")
            yield Said(at, f"The config does not meet {one.url}: {mistake.message}", mistake.mend)


def _requirement_known(case: Case) -> Iterator[Said]:
    for one in requirements(case):
        try:
            list(case.schemas.mistakes({}, one.url, case.folder)) if one.url else None
        except NoSchema:
            yield Said(
                below(one.pointer, "requirement-url"),
                f"The requirement {one.url} is not here, so its config was not held against it.",
                "Say with --url-mapping which file it is; the official tool fetches it, and fails if nobody answers.",
            )
        except BadDocument as error:
            yield Said(below(one.pointer, "requirement-url"), error.message, error.hint)
        if one.config_url and "://" in one.config_url:
            yield Said(
                below(one.pointer, "config-url"),
                f"The config {one.config_url} is not here, so it was not checked.",
                "Write the config in place, under 'config'.",
            )


def timeline(schemas: Schemas, of: Source) -> Iterator[Said]:
    """Yield what the official schema has against a timeline."""
    yield from held(schemas, of.value, TIMELINE, of.path.parent)


def decorator(schemas: Schemas, of: Source) -> Iterator[Said]:
    """Yield what the official schema has against a decorator."""
    yield from held(schemas, of.value, DECORATOR, of.path.parent)


RULES = (
    Rule("json-schema", "error", "official", "The document has the form of its JSON Schema.", _schema),
    Rule("control-config", "error", "official", "The config of every control satisfies its requirement.", _controls),
    Rule("schema-known", "warning", "ours", "The schema of the document is here.", _schema_known),
    Rule("requirement-known", "warning", "ours", "The requirements of controls are here.", _requirement_known),
)
