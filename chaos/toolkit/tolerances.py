"""Tolerances for hypotheses of Chaos Toolkit, whose own ranges have two ends.

An experiment writes `{"type": "probe", "name": "at most 0.15", "provider": {"type": "python",
"module": "chaos.toolkit.tolerances", "func": "at_most", "arguments": {"limit": 0.15}}}`; the measured value is added.
"""


def at_most(limit: float, value: float | str = "") -> bool:
    """Whether `value` is `limit` or less. Text never is."""
    return not isinstance(value, str) and value <= limit


def at_least(limit: float, value: float | str = "") -> bool:
    """Whether `value` is `limit` or more. Text never is."""
    return not isinstance(value, str) and value >= limit
