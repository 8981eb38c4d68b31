"""Which metrics an expression asks for."""

import re

DROPPED = (
    r'"(?:[^"\\]|\\.)*"',  # strings
    r"\{[^}]*\}",  # matchers
    r"\[[^\]]*\]",  # windows
    r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)",  # lists of labels
)
NAME = re.compile(r"(?<![\w:.])[a-zA-Z_:][\w:]*+(?!\s*\()")
"""What is no function: those are followed by a bracket."""
WORDS = frozenset({"and", "or", "unless", "bool", "offset"})


def metrics_in(expr: str) -> set[str]:
    """Return the names of all metrics in a PromQL expression."""
    for pattern in DROPPED:
        expr = re.sub(pattern, " ", expr)
    return set(NAME.findall(expr)) - WORDS
