"""Points. `docs/playing.md` has the rule in words."""

from collections.abc import Mapping, Sequence

from drill.playing.sheet import Answered, Points, Taken, Times, Tried

WORTH: Mapping[str, int] = {"acknowledged": 10, "identified": 40, "mitigated": 25, "resolved": 25}
DUE: Mapping[str, float] = {"acknowledged": 0.1, "identified": 0.5, "mitigated": 0.75, "resolved": 1.0}
"""Share of the scenario's expected duration within which a step is worth all of its points."""
WRONG = 10
"""What a wrong answer costs, and a repair of code that is not wrong."""
NOTHING = "nothing"
"""The right answer where nothing is wrong. Whoever looks twice before saying so loses nothing by it."""


def points(
    times: Times, expected_s: float, hints: Sequence[Taken], answers: Sequence[Answered], repairs: Sequence[Tried]
) -> Points:
    """Return what a drill is worth, 0 to 100."""
    reached = times.model_dump()
    patient = any(one.right and one.service == NOTHING for one in answers)
    worth = {
        step: _worth(step, reached[f"{step}_s"], expected_s, all_of_it=patient and reached[f"{step}_s"] is not None)
        for step in WORTH
    }
    cost = sum(one.price for one in hints)
    wrong = WRONG * (sum(not one.right for one in answers) + sum(one.needless for one in repairs))
    total = max(0, round(sum(worth.values())) - cost - wrong)
    return Points(**worth, hints=cost, wrong=wrong, total=total)


def _worth(step: str, took_s: float | None, expected_s: float, *, all_of_it: bool) -> float:
    if took_s is None:
        return 0.0
    due_s = DUE[step] * expected_s
    share = 1.0 if all_of_it or took_s <= due_s else due_s / took_s
    return round(WORTH[step] * share, 1)
