"""What every implementation of `Evidence` answers about logs: searching, paging, fields."""

import pytest

from observability.evidence.errors import BadQuery
from observability.evidence.model import LogQuery, LogRecord
from tests.support.evidence_contract.told import Told


class LogsContract:
    """Logs."""

    @pytest.mark.parametrize(
        ("wanted", "count"),
        [
            (LogQuery(), 12),
            (LogQuery(level="warning"), 2),
            (LogQuery(level="error"), 0),
            (LogQuery(event="request.served"), 6),
            (LogQuery(text="ADA-3"), 2),
            (LogQuery(text="-3"), 2),
            (LogQuery(text="Ada-3x"), 0),
            (LogQuery(text="ada-3", event="order.placed"), 1),
            (LogQuery(service="order-service"), 12),
            (LogQuery(service="order-service-1"), 12),
            (LogQuery(service="order-service-2"), 0),
            (LogQuery(trace_id=f"{0xA3:02x}{3:030x}"), 2),
        ],
    )
    async def test_all_conditions_hold(self, told: Told, wanted: LogQuery, count: int) -> None:
        """The latest come first."""
        records = (await told.evidence.logs(wanted, told.story.window)).items
        assert len(records) == count
        assert [record.time_s for record in records] == sorted((one.time_s for one in records), reverse=True)

    async def test_a_level_that_does_not_exist_is_refused(self, told: Told) -> None:
        """With a sentence."""
        with pytest.raises(BadQuery):
            await told.evidence.logs(LogQuery(level="loud"), told.story.window)

    async def test_pages_bring_every_record_once(self, told: Told) -> None:
        """And the last one has no cursor."""
        seen: list[LogRecord] = []
        cursor = None
        while True:
            page = await told.evidence.logs(LogQuery(), told.story.window, 5, cursor)
            seen += page.items
            if (cursor := page.cursor) is None:
                break
        assert seen == list((await told.evidence.logs(LogQuery(), told.story.window)).items)

    async def test_a_record_keeps_its_fields(self, told: Told) -> None:
        """Apart from those that have a place of their own."""
        (record,) = (await told.evidence.logs(LogQuery(event="order.placed", text="Ada-0"), told.story.window)).items
        assert (record.service, record.instance, record.level) == ("order-service", "order-service-1", "info")
        assert (record.trace_id, record.span_id) == (told.story.trace_id(0), f"{0:08x}{3:08x}")
        assert dict(record.fields) == {"customer_id": "Ada-0", "attempt": 0}
