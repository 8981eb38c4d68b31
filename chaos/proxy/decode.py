"""JSON bodies, read as Toxiproxy reads them: names in any case, the unknown ignored, null the same as not there."""

import json
from collections.abc import Mapping
from typing import Any

from chaos.proxy.errors import bad_body

Fields = Mapping[str, type]
"""Name → `str`, `bool`, `int` (whole), `float` (any number) or `dict`."""


def value(body: bytes) -> Any:
    """Return the value that a body begins with. Raises Refused."""
    try:
        text = body.decode().lstrip()
        return json.JSONDecoder().raw_decode(text)[0]
    except ValueError as error:
        raise bad_body(str(error) if body.strip() else "EOF") from None


def fields(given: Any, wanted: Fields) -> dict[str, Any]:
    """Return those of the wanted members that are given. Raises Refused where one is of another type."""
    if not isinstance(given, dict):
        raise bad_body(f"json: cannot unmarshal {_named(given)} into an object")
    found = {}
    for name, content in given.items():
        if (known := name.lower()) in wanted and content is not None:
            found[known] = _checked(known, content, wanted[known])
    return found


def _checked(name: str, content: Any, kind: type) -> Any:
    if kind is float and type(content) is int:
        return content
    if type(content) is not kind:
        raise bad_body(f"json: cannot unmarshal {_named(content)} into field {name} of type {kind.__name__}")
    return content


def _named(content: Any) -> str:
    names = {bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(content), "null")
