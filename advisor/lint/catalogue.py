"""All rules, in the order in which they are told."""

from advisor.lint import calls, flows, links, operations, schema, structure, values
from advisor.lint.rule import Rule

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *values.RULES,
    *schema.RULES,
    *operations.RULES,
    *calls.RULES,
    *flows.RULES,
    *links.RULES,
)

DETAIL, TIMELINE, DECORATOR, ACCEPTED = "detail-there", "timeline", "decorator", "accepted-found"
FURTHER = {
    DETAIL: "Detailed architectures exist, and are held against all rules.",
    TIMELINE: "Timelines have the form of their schema, and name what exists.",
    DECORATOR: "Decorators have the form of their schema, and name what exists.",
    ACCEPTED: "What is accepted is still found.",
}
"""Rules that look beyond one document."""
