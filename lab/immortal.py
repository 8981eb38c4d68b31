"""What all replicas share is never counted again, so that it stays shared.

A process that is forked shares every page of memory that neither it nor its parent writes into. Python writes into all
that it uses: it counts references, next to the object. From 3.12 on an object whose count has a certain value is
*immortal*, and its count is left alone; PEP 683 names the pages that forks share as one reason.
"""

import ctypes
import gc
import sys
from collections.abc import Iterator
from types import CodeType

IMMORTAL = 0xFFFF_FFFF
"""The lower half of an immortal object's count in the 64-bit CPythons 3.12 and 3.13."""

HIGHEST_ADDRESS = 1 << 47
WORD = 4
"""Bytes."""
AT_ONCE = 1000


def immortalise() -> int:
    """Make every object immortal that the garbage collector knows, and what those hold; return how many they are.

    They live until the process ends, so only what does so anyway should be there. Nothing is done, and 0 returned,
    where this Python does not keep its counts as expected: before 3.12, after 3.13, with 32 bits, without the GIL.
    """
    memory = (ctypes.c_uint32 * (HIGHEST_ADDRESS // WORD)).from_address(0)
    if not _as_expected(memory):
        return 0
    number = 0
    found = gc.get_objects()
    while found:
        for thing in found:
            memory[id(thing) // WORD] = IMMORTAL
        number += len(found)
        # No set of those seen: it would be larger than what is to be saved. The counts tell.
        found = [part for part in _held(found) if memory[id(part) // WORD] != IMMORTAL]
    return number


def _as_expected(memory: "ctypes.Array[ctypes.c_uint32]") -> bool:
    if sys.implementation.name != "cpython" or sys.maxsize < HIGHEST_ADDRESS or sys.byteorder != "little":
        return False
    mortal = object()
    counted = sys.getrefcount(mortal) - 1  # without the reference that the call itself held
    return memory[id(None) // WORD] == IMMORTAL and memory[id(mortal) // WORD] == counted


def _held(things: list[object]) -> Iterator[object]:
    for start in range(0, len(things), AT_ONCE):
        some = things[start : start + AT_ONCE]
        yield from gc.get_referents(*some)
        for thing in some:
            if type(thing) is CodeType:  # the collector does not look into code
                yield from (thing.co_consts, thing.co_names, *thing.co_consts)
