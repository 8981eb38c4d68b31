"""The JSON Schemas that a document is held against: the official ones are in the repository, nothing is fetched."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema_rs

from advisor.calm.errors import BadDocument
from advisor.calm.source import ROOT, file_at, source

FOLDER = ROOT / "architectures" / "schemas" / "calm-1.2"
META = "https://calm.finos.org/release/1.2/meta/"
CALM = f"{META}calm.json"
TIMELINE = f"{META}calm-timeline.json"
DECORATOR = f"{META}decorators.json#/defs/decorator"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


class NoSchema(LookupError):
    """A schema that is neither in the repository nor among the files that were named."""


class Schemas:
    """Finds schemas by URL. `mapped`: URL to file, for those of others."""

    def __init__(self, mapped: Mapping[str, Path] | None = None) -> None:
        self._mapped = dict(mapped or {})
        self._read = {url: _schema(file) for url, file in self._mapped.items()}
        self._compiled: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def mistakes(self, value: Any, url: str, beside: Path) -> Iterator[jsonschema_rs.ValidationError]:
        """Yield what the schema at `url`, or in that file `beside` the document, has against a value.

        Raises NoSchema when there is none, BadDocument when it is no schema.
        """
        yield from self._validator(url, beside).iter_errors(value)

    def file(self, url: str, beside: Path) -> Path | None:
        """Return the file that a link means, which need not exist; None for a URL that was not mapped."""
        if url in self._mapped:
            return self._mapped[url]
        return None if "://" in url else beside / url

    def _validator(self, url: str, beside: Path) -> jsonschema_rs.Draft202012Validator:
        place, _, fragment = url.partition("#")
        if place not in self._official and place not in self._read:
            file = file_at(beside, place)
            if "://" in place or not place or file is None:
                raise NoSchema(url)
            place = file.as_uri()
            if place not in self._read:
                self._read[place] = _schema(file)
                self._compiled.clear()
            url = f"{place}#{fragment}" if fragment else place
        if url not in self._compiled:
            self._compiled[url] = self._compile(url)
        return self._compiled[url]

    def _compile(self, url: str) -> jsonschema_rs.Draft202012Validator:
        known = {**self._official, **self._read}
        try:
            registry = jsonschema_rs.Registry([*known.items()])
            return jsonschema_rs.Draft202012Validator({"$ref": url}, registry=registry)
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise BadDocument(f"{url} is no JSON Schema: {error}.", hint="Mend the schema.") from error

    @cached_property
    def _official(self) -> Mapping[str, Any]:
        found = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))]
        return {schema["$id"]: schema for schema in found}


def mapping(file: Path) -> dict[str, Path]:
    """Read a file that says which URL is which file, as the official tool takes it. Raises BadDocument."""
    named = source(file).value
    if not all(isinstance(one, str) for one in named.values()):
        raise BadDocument(f"{file} does not map URLs to files.", hint='Write {"https://…": "file.json"}.')
    return {url: file.parent / one for url, one in named.items()}


def _schema(file: Path) -> Mapping[str, Any]:
    # A pattern names CALM as its schema; what it is made of is JSON Schema 2020-12.
    return source(file).value | {"$schema": DRAFT}
