"""Memory for questions, and what is found in lines of any case."""

from pathlib import Path

import pytest

from observability.evidence.store.reading import Reader, Reading
from observability.evidence.store.slices import Slices

LIMIT = "SELECT current_setting('memory_limit')"


def _limit(reader: Reader) -> str:
    return str(reader.run(LIMIT, [])[0][0])


async def test_there_is_more_memory_while_a_question_is_answered(tmp_path: Path) -> None:
    """Even after one that failed."""
    slices = Slices(tmp_path, memory_mb=24, keep_s=60, keep_mb=64)
    before = slices.connection.execute(LIMIT).fetchone()
    reading = Reading(slices, memory_mb=24, asking_mb=64)
    try:
        asked = await reading.do(_limit)
        with pytest.raises(ZeroDivisionError):
            await reading.do(lambda _: 1 / 0)
        assert before is not None
        assert asked != str(before[0])
        assert slices.connection.execute(LIMIT).fetchone() == before
    finally:
        reading.close()
        slices.close()
