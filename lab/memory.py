"""How much memory a process takes: of what it shares with others (forks share a lot), only its part."""

import sys


def measured_as() -> str:
    """Say what the figures are."""
    return "proportional" if sys.platform == "linux" else "unique" if sys.platform == "darwin" else "resident"


def family_kb(pid: int | None) -> int | None:
    """Return the memory of a process and of those that it has started, KiB, or nothing when it has gone."""
    if pid is None:
        return None
    import psutil  # noqa: PLC0415 -- not needed until a process is looked at

    try:
        children = [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return None
    own = memory_kb(pid)
    return own and own + sum(memory_kb(child) or 0 for child in children)


def memory_kb(pid: int) -> int | None:
    """Return the memory of a process, KiB, or nothing when it has gone or may not be looked at."""
    import psutil  # noqa: PLC0415 -- as above

    try:
        process = psutil.Process(pid)
        kind = {"proportional": "pss", "unique": "uss"}.get(measured_as())
        size: int = getattr(process.memory_full_info(), kind) if kind else process.memory_info().rss
    except (psutil.Error, AttributeError):
        return None
    return size // 1024
