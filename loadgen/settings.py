"""What the load generator is told by its environment, `LOADGEN_…`."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Annotated

from loadgen.rules import Broken, Rule, number, record, string
from loadgen.shape import MOST_USERS, read_shape

PREFIX = "LOADGEN_"


def _written(rule: Rule) -> Rule:
    """Return the rule for a whole number that is written out."""

    def follow(given: object) -> object:
        with suppress(ValueError):  # the rule says so, and what is wanted
            given = int(string(given))
        return rule(given)

    return follow


def _known_shape(given: object) -> str:
    return read_shape(string(given)).name


@dataclass(frozen=True)
class Settings:
    """Where to shop, how many shoppers, and where the page is."""

    target: Annotated[str, string] = "http://127.0.0.1:8080"
    """Base URL of the platform's public API."""
    storefront: Annotated[str, string] = "http://127.0.0.1:8081"
    """Base URL of the shop's pages."""
    host: Annotated[str, string] = "127.0.0.1"
    """Address of the load generator's own page."""
    port: Annotated[int, _written(number(least=0, most=65535, whole=True))] = 8089
    """Port of the load generator's own page."""
    instance: Annotated[str, string] = "load-generator-1"
    """Name of this replica."""
    users: Annotated[int, _written(number(least=0, most=MOST_USERS, whole=True))] = 40
    """Shoppers; each makes a request every two seconds or so."""
    shape: Annotated[str, _known_shape] = "steady"
    """Name of a load shape."""

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> "Settings":  # noqa: TID251 -- the one place
        """Read `variables`. Raises ValueError with a line for each that breaks a rule."""
        told = {name.upper(): given for name, given in variables.items()}
        names = [field.name for field in fields(cls) if PREFIX + field.name.upper() in told]
        try:
            return record(cls)({name: told[PREFIX + name.upper()] for name in names})
        except Broken as error:
            lines = (f"{PREFIX}{name.upper()}: {sentence}" for name, sentence in error.lines)
            raise ValueError("\n".join(lines)) from error
