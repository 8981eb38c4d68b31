"""Stacks of exceptions as text, without the frames that are the lab's own affair.

A service's step may be taken by one piece of code or by another, as somebody behind the scenes wants it; the name of
the file would tell whoever reads the stack. Where the step was asked for, and where it led to, stays in.
"""

import traceback
from collections.abc import Iterator
from pathlib import PurePath

BEHIND_THE_SCENES = "faults"
"""Folder of such code, in each service."""
WATCHES_OVER_IT = "fault_end.py"
"""File of what calls such code where it leaves something behind."""


def stack(error: BaseException) -> str:
    """Return the whole text of an exception, its causes included."""
    whole = traceback.TracebackException.from_exception(error)
    for one in _chain(whole):
        shown = [frame for frame in one.stack if not _is_behind_the_scenes(PurePath(frame.filename))]
        one.stack = traceback.StackSummary.from_list(shown)
    return "".join(whole.format())


def _is_behind_the_scenes(file: PurePath) -> bool:
    return file.parent.name == BEHIND_THE_SCENES or file.name == WATCHES_OVER_IT


def _chain(whole: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    ahead, seen = [whole], set()
    while ahead:
        one = ahead.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            ahead += [other for other in (one.__cause__, one.__context__, *(one.exceptions or ())) if other is not None]
