"""What replicas share stays shared."""

import subprocess
import sys

import pytest

from tests.support.lab import ROOT

KEPT = """
import asyncio, sys
from lab.immortal import immortalise
number = immortalise()
def used(): return [loop for loop in (1.5, "text")]
immortalise()
before = [sys.getrefcount(thing) for thing in (asyncio.run, asyncio.run.__code__, asyncio.Queue, asyncio.__dict__)]
more = [asyncio.run, asyncio.run.__code__, asyncio.Queue, asyncio.__dict__] * 10
after = [sys.getrefcount(thing) for thing in (asyncio.run, asyncio.run.__code__, asyncio.Queue, asyncio.__dict__)]
assert before == after, (before, after)
async def work(): return sum([len(str(n)) for n in range(1000)])
assert asyncio.run(work()) == 2890 and used() == [1.5, "text"]
mortal = object()
alike = [mortal] * 10
assert sys.getrefcount(mortal) == 12
assert number > 10_000
"""


@pytest.mark.skipif(not (3, 12) <= sys.version_info < (3, 14), reason="only CPython 3.12 and 3.13 have such objects")
def test_what_was_there_is_no_longer_counted() -> None:
    """Functions, code, classes and namespaces keep their count however often they are used; newer objects do not."""
    subprocess.run([sys.executable, "-c", KEPT], cwd=ROOT, check=True)


@pytest.mark.skipif((3, 12) <= sys.version_info < (3, 14), reason="this Python has immortal objects")
def test_nothing_is_done_where_counts_are_kept_otherwise() -> None:
    """Memory is written into only where its meaning has been seen to be the expected one."""
    told = subprocess.check_output(
        [sys.executable, "-c", "from lab.immortal import immortalise; print(immortalise())"], cwd=ROOT, text=True
    )
    assert told == "0\n"
