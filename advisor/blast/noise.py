"""When what is seen in a window differs from the window before it by more than noise. Why so: docs/advisor.md."""

from dataclasses import dataclass

from advisor.live.measures import FEWEST, SHARE

MOST = 0.5
"""Share of requests from which on somebody fails, and does not go on with less."""
SLOWER, SLOWER_S = 2.0, 0.1
"""How many times slower, and by how many seconds, the slowest have to be."""
LOOKS = 0.1
"""Share of the window that a state has to last."""
LOOK_EVERY_S = 2.0
WAITS_S = 10.0
"""Age of the oldest message from which on it waits: that of the alert about a queue that is stuck."""


@dataclass(frozen=True)
class Tally:
    """So many, and how many of them are bad."""

    all: float = 0.0
    bad: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.all + other.all, self.bad + other.bad)

    def __str__(self) -> str:
        return f"{self.bad:.0f} of {self.all:.0f}"

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of nothing."""
        return self.bad / self.all if self.all else 0.0


def rose(before: Tally, during: Tally, share: float = SHARE) -> bool:
    """Whether there are more bad ones than the share before leads to expect, by a handful and by `share` of all."""
    return during.bad - before.share * during.all >= max(FEWEST, share * during.all)


def bound_s(before_s: float) -> float:
    """Return the time beyond which the slowest are slower than before, when they took that long."""
    return max(SLOWER * before_s, before_s + SLOWER_S)


def lasts(before: float, during: float) -> bool:
    """Whether a state lasts long enough, and twice as long as before at least; shares of a window."""
    return during >= LOOKS and during >= 2 * before


def waits(before_s: float, during_s: float) -> bool:
    """Whether messages wait, and twice as long as before at least."""
    return during_s > WAITS_S and during_s >= 2 * before_s
