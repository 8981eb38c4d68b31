"""What a service shows on `/metrics` arrives through a Prometheus that scrapes it: exemplars, and that it has gone."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from observability.evidence.backends.evidence import BackendEvidence
from observability.evidence.backends.settings import BackendSettings
from observability.evidence.model import Exemplar, Selector, Window
from observability.wiring import vocabulary as names
from observability.wiring.metrics import Metrics
from tests.support import prometheus
from tests.support.evidence_server import serving
from tests.support.polling import poll_until_async

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.stack,
    pytest.mark.skipif(prometheus.PROGRAM is None, reason=prometheus.ABSENT),
    pytest.mark.xdist_group("real-backends"),
]

NOBODY = "http://127.0.0.1:9"
WHO = {"service": "order-service", "instance": "order-service-1"}
UP = Selector("up")
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def service() -> Starlette:
    """Return a service that has served one request, slowly."""
    metrics = Metrics()
    served = metrics.histogram(names.HTTP_SERVER_DURATION).labels("POST", "/orders", "201")
    served.observe(0.7, {names.EXEMPLAR_TRACE: TRACE, names.EXEMPLAR_SPAN: SPAN})

    async def shown(request: Request) -> Response:
        body, kind = metrics.exposition(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": kind})

    return Starlette(routes=[Route("/metrics", shown)])


async def test_exemplars_arrive_and_a_replica_that_is_gone_has_ended(tmp_path: Path) -> None:
    """Within a scrape or two, not after five minutes."""
    duration = Selector(names.HTTP_SERVER_DURATION.name)
    with ExitStack() as replica, ExitStack() as others:
        target = replica.enter_context(serving(service())).removeprefix("http://")
        url = others.enter_context(prometheus.prometheus(tmp_path, scraped={target: WHO}))
        settings = BackendSettings(prometheus_url=url, jaeger_url=NOBODY, loki_url=NOBODY)
        async with BackendEvidence(settings) as evidence:

            async def exemplars() -> list[Exemplar]:
                now_s = time.time()
                return await evidence.exemplars(duration, Window(now_s - 60, now_s + 1))

            (one,) = await poll_until_async(exemplars, "the exemplar to be scraped")
            assert (one.trace_id, one.span_id, one.value) == (TRACE, SPAN, 0.7)
            assert {**one.labels, "job": ""} == {
                **WHO, "method": "POST", "route": "/orders", "status": "201", "le": "1.0", "job": "",
            }  # fmt: skip
            assert [sample.value for sample in await evidence.instant(UP)] == [1.0]

            replica.close()

            async def down() -> bool:
                return [sample.value for sample in await evidence.instant(UP)] == [0.0]

            await poll_until_async(down, "Prometheus to see that the replica is gone")
            assert await evidence.instant(Selector(f"{duration.metric}_count")) == []
