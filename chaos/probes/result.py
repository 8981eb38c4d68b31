"""What came of a probe."""

from typing import Literal

from chaos.strict import Strict

Verdict = Literal["held", "missed", "no-data"]


class ProbeResult(Strict):
    """One probe, judged once."""

    says: str
    """The claim, in the scenario's words."""
    verdict: Verdict
    value: float | str | None
    """What was measured; None without data."""
    unit: str
    tolerance: str
    """What it was compared with, in words."""
    sentence: str
    """The verdict for people."""

    @property
    def held(self) -> bool:
        """Whether the claim is true. Without data it is not."""
        return self.verdict == "held"
