"""Which generated parts there are."""

from lab.reference import commands, dashboards, metrics, processes, rules


def parts() -> dict[str, str]:
    """Draw every part; each has the name that pages ask for it with."""
    return {
        "processes": processes.listed(),
        "calls": processes.calls(),
        "verbs": commands.listed(),
        "commands": commands.described(),
        "metrics": metrics.listed(),
        "dashboards": dashboards.listed(),
        "rules": rules.listed(),
    }
