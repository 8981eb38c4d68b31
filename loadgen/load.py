"""The load there should be: a shape and a number of shoppers, which somebody may hold for a while."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from loadgen.shape import Shape


class HoldRefused(ValueError):
    """The load cannot be held now: somebody else holds it, or a person has taken it over."""


@dataclass(frozen=True)
class Course:
    """A shape that is followed with a number of users since a moment."""

    shape: Shape
    users: int
    began: float

    def turned(self, shape: Shape, users: int, now: float) -> "Course":
        """Return how it goes on with `users`, and with `shape`, from its start if it is another one."""
        return Course(shape, users, self.began if shape.name == self.shape.name else now)


@dataclass(frozen=True)
class Hold:
    """A course under a lease: when nobody renews it, the load's own course goes on."""

    holder: str
    course: Course
    ends_at: float


class Load:
    """Follows one shape with a number of users; both can be changed while it runs. It never ends by itself.

    Somebody may hold it for a while: then it follows what that one says, until the hold is released, lapses or is
    overruled. Whether it has lapsed is looked at whenever the load is: there is no timer to miss.
    """

    def __init__(self, shape: Shape, users: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._own = Course(shape, users, clock())
        self._hold: Hold | None = None
        self._idle = False
        """Whether nobody shopped when the hold began: then nobody does afterwards."""
        self._overruled = ""

    @property
    def shape(self) -> Shape:
        """What it follows now."""
        return self._present.shape

    @property
    def users(self) -> int:
        """How many shoppers are asked for now."""
        return self._present.users

    @property
    def idles(self) -> bool:
        """Whether nobody is to shop because nobody did before it was held."""
        return self._held is None and self._idle

    @property
    def afterwards(self) -> dict[str, Any] | None:
        """What it goes back to when the hold is over; nothing while nobody holds it."""
        if self._held is None:
            return None
        state = "stopped" if self._idle else "running"
        return {"state": state, "users_asked": self._own.users, "shape": self._own.shape.name}

    def follow(self, shape: Shape, users: int) -> None:
        """Go on with `users` and `shape`, whoever holds it."""
        self._own = self._present.turned(shape, users, self._clock())
        self.overrule()

    def overrule(self) -> None:
        """Take it from whoever holds it, who cannot get it back."""
        if (held := self._held) is not None:
            self._overruled = held.holder
        self._hold, self._idle = None, False

    def hold(self, holder: str, shape: Shape | None, users: int | None, ttl_s: float, *, idle: bool) -> None:
        """Follow `shape` and `users` (nothing: its own) for `ttl_s` seconds; the same holder renews. `HoldRefused`."""
        now, held = self._clock(), self._held
        if holder == self._overruled:
            raise HoldRefused("somebody has changed the load since it was held; it stays as they want it")
        if held is not None and held.holder != holder:
            raise HoldRefused(f"somebody else holds the load, for {held.ends_at - now:.1f} s unless they renew it")
        if held is None:
            self._idle = idle
        own = self._own
        course = (held.course if held else own).turned(shape or own.shape, own.users if users is None else users, now)
        self._hold = Hold(holder, course, now + ttl_s)

    def release(self, holder: str) -> None:
        """Go back to its own course, if it is `holder` who holds it."""
        if self._held is not None and self._held.holder == holder:
            self._hold = None

    def begin(self) -> None:
        """Begin the present shape anew, for the load has been started."""
        if self._held is not None:
            self._hold = replace(self._held, course=replace(self._held.course, began=self._clock()))
            return
        self._own, self._idle = replace(self._own, began=self._clock()), False

    def wanted(self) -> int:
        """Return how many shoppers there should be now."""
        course = self._present
        return 0 if self.idles else course.shape.users_at(self._clock() - course.began, course.users)

    @property
    def _held(self) -> Hold | None:
        if self._hold is not None and self._hold.ends_at <= self._clock():
            self._hold = None
        return self._hold

    @property
    def _present(self) -> Course:
        return self._own if (held := self._held) is None else held.course
