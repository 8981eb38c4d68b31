"""A breaker opens for a neighbour that fails, and lets exactly one call find out whether it is back."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from observability.wiring import Telemetry, vocabulary
from services.chassis.breaker import Breaker, State
from tests.support.clocks import MonotonicClock
from tests.support.telemetry import telemetry, value

FAILURES = 3
RESET_S = 2.0


def breaker(clock: MonotonicClock, seen: Telemetry | None = None) -> Breaker:
    """Return a breaker that opens after three failures, for two seconds."""
    return Breaker("payment-provider", FAILURES, RESET_S, seen or telemetry(), clock)


def state_of(guard: Breaker) -> State:
    """Return the state (a type checker would take it for unchanged since it was last looked at)."""
    return guard.state


def permitted(guard: Breaker) -> int:
    """Take a permit that must be there."""
    permit = guard.permit()
    assert permit is not None
    return permit


def opened(clock: MonotonicClock) -> Breaker:
    """Return a breaker that has just opened."""
    guard = breaker(clock)
    for _ in range(FAILURES):
        guard.failed(permitted(guard))
    assert state_of(guard) is State.OPEN
    return guard


def test_it_opens_after_failures_in_a_row_only() -> None:
    """A success in between starts the count again."""
    guard = breaker(MonotonicClock())
    for _ in range(10):
        guard.failed(permitted(guard))
        guard.failed(permitted(guard))
        guard.succeeded(permitted(guard))
    assert state_of(guard) is State.CLOSED


def test_open_it_refuses_until_the_reset_time_has_passed() -> None:
    """No permit a moment before it, one at it."""
    clock = MonotonicClock()
    guard = opened(clock)

    clock.advance(RESET_S - 0.001)
    assert guard.permit() is None
    assert guard.is_refusing()

    clock.advance(0.001)
    assert not guard.is_refusing()
    assert guard.permit() is not None
    assert state_of(guard) is State.HALF_OPEN


def test_half_open_lets_exactly_one_of_a_hundred_calls_through() -> None:
    """The others are refused until the one has reported."""
    clock = MonotonicClock()
    guard = opened(clock)
    clock.advance(RESET_S)

    with ThreadPoolExecutor(20) as threads:
        permits = list(threads.map(lambda _: guard.permit(), range(100)))

    [trial] = [permit for permit in permits if permit is not None]
    guard.succeeded(trial)
    assert state_of(guard) is State.CLOSED
    assert guard.permit() is not None


def test_a_failed_trial_opens_it_for_the_full_time_again() -> None:
    """One failure is enough when half open."""
    clock = MonotonicClock()
    guard = opened(clock)
    clock.advance(RESET_S)
    guard.failed(permitted(guard))

    assert state_of(guard) is State.OPEN
    clock.advance(RESET_S / 2)
    assert guard.permit() is None


def test_an_abandoned_trial_gives_the_next_call_its_turn() -> None:
    """A trial that was cancelled told nothing; the breaker must not wait for it for ever."""
    clock = MonotonicClock()
    guard = opened(clock)
    clock.advance(RESET_S)
    first = permitted(guard)
    assert guard.permit() is None

    guard.abandoned(first)
    second = permitted(guard)
    assert guard.permit() is None

    guard.failed(first)
    assert state_of(guard) is State.HALF_OPEN
    guard.succeeded(second)
    assert state_of(guard) is State.CLOSED


def test_reports_from_before_the_last_change_are_ignored() -> None:
    """Calls that were under way when it opened can neither close it nor count against the recovery."""
    clock = MonotonicClock()
    guard = breaker(clock)
    old = [permitted(guard) for _ in range(10)]
    for permit in old[:FAILURES]:
        guard.failed(permit)
    guard.succeeded(old[3])
    assert state_of(guard) is State.OPEN

    clock.advance(RESET_S)
    trial = permitted(guard)
    guard.failed(old[4])
    guard.abandoned(old[5])
    assert state_of(guard) is State.HALF_OPEN
    assert guard.permit() is None

    guard.succeeded(trial)
    for permit in old[6:]:
        guard.failed(permit)
    assert state_of(guard) is State.CLOSED


def test_state_and_changes_are_measured() -> None:
    """The gauge follows the state and each change is counted."""
    clock, seen = MonotonicClock(), telemetry()
    guard = breaker(clock, seen)
    for _ in range(FAILURES):
        guard.failed(permitted(guard))
    assert value(seen, vocabulary.BREAKER_STATE, "payment-provider") == State.OPEN

    clock.advance(RESET_S)
    guard.succeeded(permitted(guard))
    assert value(seen, vocabulary.BREAKER_STATE, "payment-provider") == State.CLOSED
    for state in ("open", "half_open", "closed"):
        assert value(seen, vocabulary.BREAKER_TRANSITIONS, "payment-provider", state) == 1


class AnyHistory(RuleBasedStateMachine):
    """Permits taken and reported in any order, with time passing in between."""

    @initialize()
    def start(self) -> None:
        """Begin closed."""
        self.clock = MonotonicClock()
        self.guard = breaker(self.clock)
        self.under_way: list[tuple[int, State]] = []

    @rule()
    def call(self) -> None:
        """Start a call if it is permitted."""
        refusing = self.guard.is_refusing()
        permit = self.guard.permit()
        assert (permit is None) == refusing
        if permit is not None:
            self.under_way.append((permit, self.guard.state))

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 100), outcome=st.sampled_from(["succeeded", "failed", "abandoned"]))
    def report(self, which: int, outcome: str) -> None:
        """End a call."""
        permit, state = self.under_way.pop(which % len(self.under_way))
        before = self.guard.state
        getattr(self.guard, outcome)(permit)
        if before is State.OPEN or (before is State.HALF_OPEN and state is State.CLOSED):
            assert self.guard.state is before

    @rule(seconds=st.floats(0, 3))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    @invariant()
    def at_most_one_trial(self) -> None:
        """While half open at most one call that could decide is under way."""
        if self.guard.state is State.HALF_OPEN:
            current = [permit for permit, _ in self.under_way if permit == self.guard._generation]
            assert len(current) <= 1


TestAnyHistory = AnyHistory.TestCase
