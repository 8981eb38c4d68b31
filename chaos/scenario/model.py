"""A scenario, as its file describes it. `docs/adding-a-scenario.md` explains every key."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from chaos.probes.evidence import Selector
from chaos.probes.spec import Probe
from chaos.scenario.actions import Action
from chaos.strict import Duration, Sentence, Strict

MOST_USERS = 2000
Requirement = Literal["postgresql", "rabbitmq", "docker", "kubernetes"]


class Load(Strict):
    """Who shops meanwhile."""

    users: int | None = Field(None, ge=0, le=MOST_USERS, description="shoppers")
    shape: str | None = Field(None, description="how their number changes: a file of loadgen/shapes")


class _Claim(Strict):
    """A sentence and the probe that checks it. The probe's keys stand beside the others; they arrive as `probe`."""

    says: Sentence = Field(description="the claim in a sentence, for people")
    probe: Probe

    own: ClassVar[frozenset[str]] = frozenset({"says"})

    @model_validator(mode="before")
    @classmethod
    def _gather_probe(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        mine = {key: value for key, value in given.items() if key in cls.own}
        return {**mine, "probe": {key: value for key, value in given.items() if key not in cls.own}}


class _OfHealth(_Claim):
    """A claim that repaired code is held to while what happens outside goes on, unless it is about just that."""

    outside: bool = Field(
        default=False, description="whether it is about what happens outside, which no repair of ours ends"
    )
    own: ClassVar[frozenset[str]] = _Claim.own | {"outside"}


class Steady(_OfHealth):
    """True while nothing is wrong."""

    when: Literal["before", "after", "both"] = Field(
        "both", description="when it is asked for: before something is switched on, after everything is off again"
    )
    own: ClassVar[frozenset[str]] = _OfHealth.own | {"when"}


class Symptom(_OfHealth):
    """Becomes true while it is on."""

    within: Annotated[Duration, Field(ge=1, le=3600)] = Field(description='how soon after the beginning: "60s"')
    own: ClassVar[frozenset[str]] = _OfHealth.own | {"within"}


class Guard(_Claim):
    """Has to stay true while it is on, or else everything is stopped."""

    patience: Annotated[Duration, Field(ge=0, le=300)] = Field(
        5.0, description='for how long it may be untrue, or without data, before everything is stopped: "5s"'
    )
    own: ClassVar[frozenset[str]] = frozenset({"says", "patience"})


class Hint(Strict):
    """Help that costs something."""

    price: int = Field(ge=1, le=100, description="points; every hint costs more than the one before")
    text: Sentence = Field(description="what it tells")


class RedHerring(Strict):
    """What looks guilty and is not."""

    seen: Sentence = Field(description="what catches the eye")
    truth: Sentence = Field(description="why it is innocent")


class TemptingAnswer(Strict):
    """A wrong answer that good people give."""

    says: Sentence = Field(description="the answer")
    wrong_because: Sentence = Field(description="what speaks against it")


class Answer(Strict):
    """What is really wrong. Sealed: for instructors and judges only."""

    service: str = Field(pattern=r"^[a-z][a-z-]*$", description='the service to repair, in full; "nothing" if none')
    also: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")], ...] = Field(
        (), strict=False, description="services in which it is as wrong, and which it is as right to name"
    )
    mechanism: Sentence = Field(description="what happens, and why")
    first_evidence: Sentence = Field(description="where it can be seen first")
    repair: Sentence = Field(description="one correct repair")
    failure_mode: Sentence | None = Field(
        None, description="the symptom of the failure mode that the architecture document has for it, word for word"
    )
    tempting: TemptingAnswer = Field(description="[answer.tempting]: a wrong answer that good people give")
    five_whys: tuple[Sentence, ...] = Field(
        strict=False, min_length=5, max_length=5, description="five sentences, each the reason of the one before"
    )

    @property
    def services(self) -> frozenset[str]:
        """All services that it is right to name."""
        return frozenset((self.service, *self.also))


class Scenario(Strict):
    """One exercise."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", description="name of the file, without .toml")
    title: Sentence = Field(description="a line for instructors")
    level: int = Field(ge=1, le=4, description="1 loud, 2 misleading, 3 two faults or a decoy, 4 emergent")
    tags: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")], ...] = Field(
        strict=False, min_length=1, description='words to choose by: ["money", "data"]'
    )
    duration: Annotated[Duration, Field(ge=10, le=3 * 3600)] = Field(
        description='how long people usually take over it: "20m"'
    )
    page: Sentence = Field(description="what the pager says")
    alert: str | None = Field(
        None, pattern=r"^[A-Z][A-Za-z]*$", description="the alert that pages; left out: somebody calls, and none fires"
    )
    alert_within: Annotated[Duration, Field(ge=1, le=60)] = Field(
        60.0, description='how soon after the beginning it fires: "60s", which is the longest'
    )
    outside_alerts: tuple[Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]*$")], ...] = Field(
        (), strict=False, description="alerts that what happens outside brings on repaired code as well"
    )
    requires: tuple[Requirement, ...] = Field((), strict=False, description="what the lab has to run on")
    corrupts_data: bool = Field(default=False, description="whether damage stays in the data when it is over")
    settle: Annotated[Duration, Field(ge=1, le=600)] = Field(
        90.0, description='how long it may take until all is steady, before and after: "90s"'
    )
    load: Load | None = Field(None, description="[load]: who shops meanwhile; left out: whoever shops already")
    actions: tuple[Action, ...] = Field((), alias="action", strict=False, description="what is switched on")
    steady: tuple[Steady, ...] = Field(strict=False, min_length=1, description="[[steady]]: what is true in health")
    symptoms: tuple[Symptom, ...] = Field((), alias="symptom", strict=False, description="what is to be seen")
    guards: tuple[Guard, ...] = Field((), alias="guard", strict=False, description="what must not happen")
    hints: tuple[Hint, ...] = Field(
        alias="hint", strict=False, min_length=3, description="[[hint]]: three or more, each dearer than the last"
    )
    red_herrings: tuple[RedHerring, ...] = Field((), alias="red_herring", strict=False, description="what misleads")
    answer: Answer = Field(repr=False, description="[answer]: what is really wrong")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def claims(self) -> Iterator[_Claim]:
        """Yield everything that is probed."""
        yield from (*self.steady, *self.symptoms, *self.guards)

    def selectors(self) -> Iterator[Selector]:
        """Yield every series that its probes need."""
        for claim in self.claims():
            yield from claim.probe.reads()

    def asks(self) -> Iterator[str]:
        """Yield every service and replica that its probes need."""
        for claim in self.claims():
            yield from claim.probe.asks()

    @property
    def longest_lookback_s(self) -> float:
        """How far back its probes look, seconds."""
        return max(claim.probe.lookback_s for claim in self.claims())

    def steady_at(self, when: Literal["before", "after"]) -> Sequence[Steady]:
        """Return the claims of health that count before, or after."""
        return [one for one in self.steady if one.when in (when, "both")]

    @property
    def health_throughout(self) -> Sequence[Steady]:
        """The claims of health that repaired code is held to while what happens outside goes on."""
        return [one for one in self.steady_at("after") if not one.outside]

    def trigger(self) -> Self:
        """Return it without what is wrong in our own code, and without the symptoms that no repair of ours ends."""
        return self.model_copy(
            update={
                "actions": tuple(one for one in self.actions if not one.is_ours),
                "symptoms": tuple(one for one in self.symptoms if not one.outside),
            }
        )

    def timeline(self) -> Sequence[Action]:
        """Return the actions in the order in which they begin; what begins together, in the file's order."""
        return sorted(self.actions, key=lambda action: action.at)

    def _problems(self) -> Iterator[str]:
        if bool(self.actions) != bool(self.symptoms):
            yield "[[action]] and [[symptom]] belong together: what is on has to be seen. Write both, or neither."
        last_s = max((action.at + action.lasts for action in self.actions), default=0.0)
        for symptom in self.symptoms:
            if symptom.within > last_s:
                yield f"All is off after {last_s:g} s; a symptom has {symptom.within:g} s. Write a shorter `within`."
        yield from self._unsteady()
        prices = [hint.price for hint in self.hints]
        if prices != sorted(set(prices)):
            yield f"Each hint costs more than the one before: {', '.join(map(str, prices))} does not rise."
        yield from self._told_too_much()
        if self.alert in self.outside_alerts:
            yield f"Repaired code has to keep {self.alert} away: it is what pages. Leave it out of outside_alerts."

    def _unsteady(self) -> Iterator[str]:
        for when in ("before", "after"):
            if not self.steady_at(when):
                yield f"Nothing says what is steady {when}. Leave `when` out of a [[steady]] that counts both times."
        if not self.health_throughout:
            yield "Nothing says what is steady on repaired code. Leave `outside` out of a [[steady]] that is about us."
        watched = any(one.probe.tolerance.does_not_grow is not None for one in self.steady_at("after"))
        if self.corrupts_data and not watched:
            yield (
                "corrupts_data = true: damage stays, so steady means that no new damage appears. "
                'Write a [[steady]] with kind = "value" and does_not_grow = "15s".'
            )

    def _told_too_much(self) -> Iterator[str]:
        telling = {self.name, *(action.fault for action in self.actions)}
        telling |= {action.fault.partition(".")[2] for action in self.actions if "_" in action.fault}
        for word in sorted(telling):
            if word in self.page.lower():
                yield f"The page gives the answer away: it says {word!r}. Tell what people see, not what is wrong."
