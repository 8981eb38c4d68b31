"""What the environment that a lab was started in says of settings of its services."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from lab.overrides import variable


class Tuned:
    """Asked for settings one by one: nothing of the environment is told but what can be seen of the services anyhow."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {name.upper(): value for name, value in environment.items()}

    def said(self, prefix: str, name: str, overruled: Collection[str] = ()) -> dict[str, Any] | None:
        """Return `{"variable", "value"}` for a setting, or nothing; a variable that is `overruled` counts for nothing.

        A setting of a neighbour may have a variable of its own or stand in a JSON object with the others:
        `ORDER_PAYMENT__TIMEOUT_S=3`, `ORDER_PAYMENT={"timeout_s": 3}`. The former counts for more.
        """
        own, (whole, _, member) = variable(prefix, name), name.partition(".")
        if own in self._environment and own not in overruled:
            return {"variable": own, "value": self._environment[own]}
        around = variable(prefix, whole)
        if member and member in (held := self._object(around)):
            return {"variable": around, "value": held[member]}
        return None

    def _object(self, name: str) -> Mapping[str, Any]:
        try:
            held = json.loads(self._environment.get(name, ""))
        except ValueError:
            return {}
        return held if isinstance(held, dict) else {}
