"""Which backends there are and how each is checked, both of which can be changed while requests come in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.chassis.adjustable import Adjustable, Adjustables, Checked, Number
from services.edge.domain import Backend, CheckPath, Health
from services.edge.operations import Balancer, Check, HealthWatch
from services.edge.settings import BackendSettings, CheckChange, Settings

BOUNDS: Mapping[str, tuple[float, float]] = {
    "interval_s": (0.05, 60.0),
    "timeout_s": (0.05, 60.0),
    "rise": (1, 100),
    "fall": (1, 100),
}
MOST = 32
_BACKENDS = TypeAdapter(tuple[BackendSettings, ...])

Checks = dict[Backend, Check]


class Rotation:
    """The backends of the load balancer: `backends` as a whole, and `checks.N.…` for the N-th of them."""

    def __init__(self, settings: Settings, checks: Checks, balancer: Balancer, watch: HealthWatch) -> None:
        self._default = [backend.model_dump() for backend in settings.backends]
        self._backends = settings.backends
        self._changes = dict(settings.checks)
        self._checks = checks
        self._balancer = balancer
        self._watch = watch

    def adjustables(self) -> Adjustables:
        """Return what can be changed; how much that is depends on how many backends there are."""
        return Adjustables(more=self._all)

    def _all(self) -> Iterator[Adjustable]:
        value = [backend.model_dump() for backend in self._backends]
        summary = "backends in the order of the round, each with its health check"
        yield Checked("backends", value, self._default, summary, self._take_over, _backends)
        for place, usual in enumerate(self._backends, 1):
            yield from self._of_check(place, usual)

    def _of_check(self, place: int, usual: BackendSettings) -> Iterator[Adjustable]:
        changed = _check(usual, self._changes.get(place))
        for what, field in CheckChange.model_fields.items():
            name, value, default = f"checks.{place}.{what}", getattr(changed, what), getattr(usual, what)
            summary, apply = f"{usual.url}: {field.description}", self._changer(place, what)
            if what in BOUNDS:
                yield Number(name, value, default, summary, apply, BOUNDS[what])
            else:
                yield Checked(name, value, default, summary, apply, _path)

    def _changer(self, place: int, what: str) -> Callable[[Any], None]:
        def change(value: Any) -> None:
            self._changes[place] = self._changes.get(place, CheckChange()).model_copy(update={what: value})
            self._apply()

        return change

    def _take_over(self, value: list[dict[str, Any]]) -> None:
        self._backends = _BACKENDS.validate_python(value)
        self._apply()

    def _apply(self) -> None:
        there = {backend.url: backend for backend in self._checks}
        self._checks = checks_of(self._backends, self._changes, there)
        self._balancer.take_over(list(self._checks))
        self._watch.watch(self._checks)


def checks_of(
    backends: Sequence[BackendSettings], changes: Mapping[int, CheckChange], there: Mapping[str, Backend] | None = None
) -> Checks:
    """Return the backends, those that are `there` already with what is known of their health, and their checks."""
    checks: Checks = {}
    for place, usual in enumerate(backends, 1):
        change = changes.get(place)
        check = _check(usual, change)
        backend = (there or {}).get(check.url) or Backend(check.url, Health(check.rise, check.fall))
        backend.health.judge(check.rise, check.fall)
        checks[backend] = Check(check, CheckPath(usual.health_path, change.health_path if change else None))
    return checks


def _check(usual: BackendSettings, change: CheckChange | None) -> BackendSettings:
    return usual if change is None else usual.model_copy(update=change.model_dump(exclude_none=True))


def _backends(value: object) -> list[dict[str, Any]]:
    """Return a list of backends with everything that is left out filled in. Raises ValueError."""
    example = 'a list of 1 to 32 backends, such as [{"url": "http://127.0.0.1:8082", "health_path": "/ready"}]'
    try:
        backends = _BACKENDS.validate_python(value)
    except ValidationError as error:
        raise ValueError(f"is {example}: {error.errors()[0]['msg']}.") from None
    if not 1 <= len(backends) <= MOST or len({backend.url for backend in backends}) < len(backends):
        raise ValueError(f"is {example}, each of them once.")
    return [backend.model_dump() for backend in backends]


def _path(value: object) -> str:
    if not isinstance(value, str) or not value.startswith("/") or not value.isascii() or not value.isprintable():
        raise ValueError(f"is a path that begins with /, such as /ready, not {value!r}.")
    return value
