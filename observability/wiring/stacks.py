"""Stacks of exceptions as text, without the places that would tell what can go wrong on purpose."""

import re
import traceback

UNTOLD = re.compile(r"services[/\\]\w+[/\\]faults[/\\]")
"""Modules that every call passes, whatever is on; their names are for instructors."""


def stack_of(error: BaseException) -> str:
    """Return the traceback of an error and of what led to it, as Python writes it."""
    told = traceback.TracebackException.from_exception(error)
    _leave_out(told)
    return "".join(told.format())


def _leave_out(told: traceback.TracebackException) -> None:
    told.stack[:] = [frame for frame in told.stack if not UNTOLD.search(frame.filename)]
    for one in (told.__cause__, told.__context__, *(told.exceptions or ())):
        if one is not None:
            _leave_out(one)
