"""What is on, since when and until when."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chaos.activations import EVERYWHERE, REMEMBERED, Activation, Activations, Transition
from chaos.errors import AlreadyActive, UnknownActivation
from chaos.lifecycle import FOLLOWS, State
from chaos.orders import Injection

FAULTS = ("billing.a", "order.b")
PLACES = (EVERYWHERE, frozenset({"one-1"}), frozenset({"one-1", "two-1"}), frozenset({"two-1"}))


class Schedules(RuleBasedStateMachine):
    """Any order of beginning, ending, noting and the passing of time."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Transition] = []
        self.activations = Activations(self.steps.append)
        self.now = 0.0
        self.begun: list[Activation] = []
        self.told = (0, frozenset[str]())

    @rule(fault=st.sampled_from(FAULTS), places=st.sampled_from(PLACES), duration_s=st.floats(0.1, 3600))
    def begin(self, fault: str, places: frozenset[str], duration_s: float) -> None:
        """Somebody orders a fault; it is refused exactly when it is held somewhere that he means too."""
        order = Injection(fault=fault, on=tuple(places - EVERYWHERE), duration_s=duration_s)
        taken = [one.touches for one in self.activations.held() if one.fault == fault]
        if any(places & other or "*" in places | other for other in taken):
            with pytest.raises(AlreadyActive):
                self.activations.begin(f"id-{len(self.begun)}", order, places, self.now)
        else:
            self.begun.append(self.activations.begin(f"id-{len(self.begun)}", order, places, self.now))

    @rule(data=st.data())
    def arm(self, data: st.DataObject) -> None:
        """The intent is on the disk."""
        if self.begun:
            self.activations.arm(data.draw(st.sampled_from(self.begun)))

    @rule(data=st.data(), state=st.sampled_from(list(State)))
    def note(self, data: st.DataObject, state: State) -> None:
        """Replicas have answered, perhaps late; an act was undone, or not."""
        for one in data.draw(st.lists(st.sampled_from(self.begun), max_size=2)) if self.begun else []:
            self.activations.enter(one, state)

    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """Somebody stops something, perhaps again."""
        if self.begun:
            one = data.draw(st.sampled_from(self.begun))
            self.activations.end(one, "stopped")
            assert not self.activations.end(one, "stopped")

    @rule(passed_s=st.floats(0, 3600))
    def wait(self, passed_s: float) -> None:
        """Time passes."""
        self.now += passed_s
        self._expire()

    def _expire(self) -> None:
        for one in self.activations.held():
            if one.deadline <= self.now:
                self.activations.end(one, "expired")

    @invariant()
    def what_is_over_stays_over(self) -> None:
        """No late answer brings an ended activation back."""
        over = {one.id for one in self.begun if self.activations.get(one.id).cause is not None}
        assert over.isdisjoint(one.id for one in self.activations.on())

    @invariant()
    def nothing_is_reverted_that_was_not_ended(self) -> None:
        """An activation that is reverted says why it ended."""
        assert all(one.cause for one in map(self.activations.get, [one.id for one in self.begun]) if one.is_over)

    @invariant()
    def one_owner_per_fault_and_place(self) -> None:
        """A fault is on once at most in any one place."""
        places = [(one.fault, place) for one in self.activations.on() for place in one.touches]
        assert len(places) == len(set(places))

    @invariant()
    def steps_follow_one_another(self) -> None:
        """Every step leads from where the activation was to a state that can follow, and all are told."""
        at = {one.id: State.INTENT for one in self.begun}
        for step in self.steps:
            assert step.previous is at[step.activation.id]
            assert step.activation.state in FOLLOWS[step.previous]
            at[step.activation.id] = step.activation.state
        assert all(self.activations.get(key).state is state for key, state in at.items())

    @invariant()
    def nothing_outlives_its_time(self) -> None:
        """What is on has its deadline ahead."""
        self._expire()
        assert all(one.deadline > self.now for one in self.activations.on())

    @invariant()
    def a_change_is_a_new_revision(self) -> None:
        """Whenever replicas have to be told something else, the revision has risen."""
        rev, ids = self.activations.rev, frozenset(one.id for one in self.activations.on())
        assert rev > self.told[0] or ids == self.told[1]
        assert rev >= self.told[0]
        self.told = (rev, ids)


TestSchedules = Schedules.TestCase
TestSchedules.settings = settings(deadline=None)


def test_the_oldest_are_forgotten() -> None:
    """An activation that is over can be asked for until a thousand others have come after it; what is on always can."""
    activations = Activations()
    lasting = activations.arm(activations.begin("lasting", Injection(fault=FAULTS[1]), EVERYWHERE, now=0))
    ended = []
    for number in range(REMEMBERED):
        one = activations.begin(str(number), Injection(fault=FAULTS[0]), EVERYWHERE, now=0)
        activations.end(one, "stopped")
        ended.append(activations.enter(one, State.REVERTED))
    assert activations.get(lasting.id).is_on
    assert activations.get(ended[-1].id).cause == "stopped"
    with pytest.raises(UnknownActivation):
        activations.get(ended[0].id)


def test_an_unknown_activation_is_refused() -> None:
    """Nothing was ever on under that id."""
    with pytest.raises(UnknownActivation):
        Activations().get("none")
