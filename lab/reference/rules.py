"""Rules of `lab arch validate`, from the rules themselves."""

from advisor.lint.catalogue import FURTHER, RULES
from lab.reference.tables import code, table


def listed() -> str:
    """Draw the table of rules: those of the official validator, then ours."""
    rows: list[tuple[str, ...]] = [
        (code(rule.name), rule.severity, "yes" if rule.origin == "official" else "", rule.summary)
        for rule in sorted(RULES, key=lambda rule: rule.origin != "official")
    ]
    rows += [(code(name), "as found", "", summary) for name, summary in FURTHER.items()]
    return table(("rule", "severity", "official", "says"), rows)
