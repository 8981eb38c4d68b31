"""Settings that can be changed while a service runs.

A setting is called as in the environment, in lower case: `payment.timeout_s` is `ORDER_PAYMENT__TIMEOUT_S` at the next
start. What it means, its unit and its default come from the service's settings.
"""

import difflib
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from services.chassis.client import Neighbour
from services.chassis.database import Database
from services.chassis.errors import Invalid, NotFound
from services.chassis.settings import ServiceSettings
from services.chassis.workers import Workers

Value = Any
"""A number, a text or a JSON list."""

PEER_BOUNDS: Mapping[str, tuple[float, float]] = {
    "timeout_s": (0.01, 60.0),
    "attempts": (1, 10),
    "slots": (1, 512),
    "breaker_failures": (1, 1000),
    "breaker_reset_s": (0.05, 600.0),
}
POOL_BOUNDS = (1, 64)
WORKERS_BOUNDS = (1, 1024)


class UnknownSetting(NotFound):
    """There is no setting of that name that can be changed while the service runs."""

    code, title = "unknown-setting", "Unknown setting"


class SettingRefused(Invalid):
    """The value is none that the setting can have."""

    code, title = "setting-refused", "Setting refused"


class Adjustable(ABC):
    """One setting. Setting it takes effect at once."""

    unit = ""
    minimum: float | None = None
    maximum: float | None = None

    def __init__(self, name: str, value: Value, default: Value, summary: str, apply: Callable[[Any], None]) -> None:
        self.name = name
        self.value = value
        self.default = default
        self.summary = summary
        self._apply = apply

    @abstractmethod
    def checked(self, value: object) -> Value:
        """Return `value` as the setting takes it. Raises `SettingRefused`, which says what is allowed."""

    def set(self, value: Value) -> None:
        """Have the service work with a checked value from now on."""
        self._apply(value)
        self.value = value


class Number(Adjustable):
    """A number within bounds; a whole one where its value is."""

    def __init__(
        self,
        name: str,
        value: float,
        default: float,
        summary: str,
        apply: Callable[[Any], None],
        bounds: tuple[float, float],
    ) -> None:
        super().__init__(name, value, default, summary, apply)
        self.minimum, self.maximum = self._bounds = bounds
        self.unit = "s" if name.endswith("_s") else ""
        self._whole = isinstance(value, int)

    def checked(self, value: object) -> Value:
        """Return the number. Raises `SettingRefused`."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._refusal(value)
        lowest, highest = self._bounds
        if not lowest <= value <= highest or (self._whole and value != int(value)):
            raise self._refusal(value)
        return int(value) if self._whole else float(value)

    def _refusal(self, value: object) -> SettingRefused:
        kind = "a whole number" if self._whole else "a number"
        lowest, highest = self._bounds
        unit = " seconds" if self.unit else ""
        return SettingRefused(
            f"{self.name} is {kind} from {lowest:g} to {highest:g}{unit}, not {value!r}.", setting=self.name
        )


class Checked(Adjustable):
    """A text or a list; `check` returns it as the setting takes it, or raises ValueError with what is allowed."""

    def __init__(
        self,
        name: str,
        value: Value,
        default: Value,
        summary: str,
        apply: Callable[[Any], None],
        check: Callable[[object], Value],
    ) -> None:
        super().__init__(name, value, default, summary, apply)
        self._check = check

    def checked(self, value: object) -> Value:
        """Return the value. Raises `SettingRefused`."""
        try:
            return self._check(value)
        except ValueError as error:
            raise SettingRefused(f"{self.name} {error}", setting=self.name) from None


class Adjustables:
    """All settings of a service that can be changed; `more` are those that come and go."""

    def __init__(self, fixed: Iterable[Adjustable] = (), more: Callable[[], Iterable[Adjustable]] = lambda: ()) -> None:
        self._fixed = tuple(fixed)
        self._more = more

    def all(self) -> list[Adjustable]:
        """Return every setting."""
        return [*self._fixed, *self._more()]

    def change(self, wanted: Mapping[str, object]) -> dict[str, tuple[Value, Value]]:
        """Change settings, all or none; return (was, now) by name. Raises `UnknownSetting` and `SettingRefused`."""
        known = {setting.name: setting for setting in self.all()}
        for name in wanted:
            if name not in known:
                raise _unknown(name, known)
        checked = {name: known[name].checked(value) for name, value in wanted.items()}
        changed = {name: (known[name].value, value) for name, value in checked.items()}
        for name, value in checked.items():
            known[name].set(value)
        return changed


def number(
    settings: ServiceSettings, name: str, apply: Callable[[Any], None], bounds: tuple[float, float]
) -> Adjustable:
    """Return the setting `name` of a service as one that can be changed; `apply` makes it so."""
    *path, last = name.split(".")
    holder: BaseModel = settings
    usual: Any = type(settings)
    for step in path:
        usual = usual.model_fields[step].default
        holder = getattr(holder, step)
    field = type(holder).model_fields[last]
    default = getattr(usual, last) if path else field.default
    return Number(name, getattr(holder, last), default, field.description or "", apply, bounds)


def of_neighbour(settings: ServiceSettings, name: str, neighbour: Neighbour) -> list[Adjustable]:
    """Return what can be changed about the calls to a neighbour whose limits are the setting `name`."""

    def knob(what: str) -> Callable[[Any], None]:
        return lambda value: neighbour.adjust(**{what: value})

    return [number(settings, f"{name}.{what}", knob(what), bounds) for what, bounds in PEER_BOUNDS.items()]


def of_pool(settings: ServiceSettings, database: Database) -> Adjustable:
    """Return the size of a database's pool."""
    return number(settings, "pool_size", database.resize, POOL_BOUNDS)


def of_workers(settings: ServiceSettings, workers: Workers) -> Adjustable:
    """Return how many requests a service serves at once."""
    return number(settings, "workers", workers.resize, WORKERS_BOUNDS)


def _unknown(name: str, known: Iterable[str]) -> UnknownSetting:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3)
    listed = ", ".join(names) or "none"
    return UnknownSetting(
        f"There is no setting called {name} that can be changed.", near=near, instead=f"There are: {listed}."
    )
