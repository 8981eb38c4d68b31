"""What is on, since when and until when."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chaos.activations import REMEMBERED, Activation, Activations, Phase
from chaos.errors import AlreadyActive, UnknownActivation

FAULTS = ("billing.a", "order.b")


class Schedules(RuleBasedStateMachine):
    """Any order of beginning, ending, noting and the passing of time."""

    def __init__(self) -> None:
        super().__init__()
        self.activations = Activations()
        self.now = 0.0
        self.begun: list[Activation] = []
        self.told = (0, frozenset[str]())

    @rule(fault=st.sampled_from(FAULTS), duration_s=st.floats(0.1, 3600))
    def begin(self, fault: str, duration_s: float) -> None:
        """Somebody switches a fault on; it is refused exactly when it is on."""
        if fault in {one.fault for one in self.activations.on()}:
            with pytest.raises(AlreadyActive):
                self.activations.begin(fault, duration_s, self.now)
        else:
            self.begun.append(self.activations.begin(fault, duration_s, self.now))

    @rule(data=st.data(), phase=st.sampled_from(["active", "partial", "reverted"]))
    def note(self, data: st.DataObject, phase: Phase) -> None:
        """Replicas have answered, perhaps late."""
        for one in data.draw(st.lists(st.sampled_from(self.begun), max_size=2)) if self.begun else []:
            self.activations.enter(one, phase)

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
        self.activations.end_expired(self.now)

    @invariant()
    def what_is_over_stays_over(self) -> None:
        """No late answer brings an ended activation back."""
        over = {one.id for one in self.begun if self.activations.get(one.id).cause is not None}
        assert over.isdisjoint(one.id for one in self.activations.on())

    @invariant()
    def nothing_is_reverted_that_was_not_ended(self) -> None:
        """An activation that is reverted says why it ended."""
        assert all(self.activations.get(one.id).cause or self.activations.get(one.id).is_on for one in self.begun)

    @invariant()
    def one_owner_per_fault(self) -> None:
        """A fault is on once at most."""
        on = [one.fault for one in self.activations.on()]
        assert len(on) == len(set(on))

    @invariant()
    def nothing_outlives_its_time(self) -> None:
        """What is on has its deadline ahead."""
        self.activations.end_expired(self.now)
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
    lasting = activations.begin(FAULTS[1], 60, now=0)
    ended = []
    for _ in range(REMEMBERED):
        one = activations.begin(FAULTS[0], 60, now=0)
        activations.end(one, "stopped")
        ended.append(activations.enter(one, "reverted"))
    assert activations.get(lasting.id).is_on
    assert activations.get(ended[-1].id).cause == "stopped"
    with pytest.raises(UnknownActivation):
        activations.get(ended[0].id)


def test_an_unknown_activation_is_refused() -> None:
    """Nothing was ever on under that id."""
    with pytest.raises(UnknownActivation):
        Activations().get("none")
