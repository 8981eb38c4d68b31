"""OTLP over HTTP: `POST /v1/traces` and `POST /v1/logs`, protobuf and JSON, as the specification of OTLP has them.

Whoever sends is answered at once: with 200 when what was sent will be written within a second, with 503 and
`Retry-After` when writing does not keep up. Nobody waits for a disk.
"""

import asyncio
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import orjson
from fastapi import APIRouter, Request, Response
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from observability.evidence.store import otlp_json, otlp_logs, spans
from observability.evidence.store.buffer import Buffer, Full
from observability.evidence.store.spans import Malformed
from observability.evidence.store.status import status

PROTOBUF, JSON = "application/x-protobuf", "application/json"
RETRY_AFTER_S = 1
_INLINE = 1 << 19
"""A body that is not larger is read where it arrives: that is quicker than to have it read by a thread."""
_MB = 1 << 20
_INVALID, _UNAVAILABLE = 3, 14


class _Refused(Exception):
    def __init__(self, http: int, code: int, reason: str) -> None:
        super().__init__(reason)
        self.http, self.code, self.reason = http, code, reason


class _Signal(NamedTuple):
    """How to take spans, or logs."""

    take: Callable[[bytes, bool], int]
    """Given a body and whether it is JSON, returns how many items were rejected."""
    response: Any
    rejected: str


class Receiver:
    """Fills a buffer."""

    def __init__(self, buffer: Buffer, body_mb: float) -> None:
        self._buffer, self._most = buffer, round(body_mb * _MB)
        self._under_way = 0
        self._thread = ThreadPoolExecutor(1, "otlp")
        self._traces = _Signal(self._take_spans, ExportTraceServiceResponse, "rejected_spans")
        self._logs = _Signal(self._take_logs, ExportLogsServiceResponse, "rejected_log_records")

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(tags=["OTLP"])

        @router.post("/v1/traces", summary="Take spans")
        async def traces(request: Request) -> Response:
            return await self._answer(request, self._traces)

        @router.post("/v1/logs", summary="Take log records")
        async def logs(request: Request) -> Response:
            return await self._answer(request, self._logs)

        return router

    async def _answer(self, request: Request, signal: _Signal) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        body = bytearray()
        try:
            self._ensure_welcome(kind)
            async for chunk in request.stream():
                body += chunk
                self._under_way += len(chunk)
                self._ensure_small(len(body))
            return _taken(signal, kind, await self._work(signal, bytes(body), kind, encoding))
        except _Refused as refused:
            return _refusal(refused, kind)
        finally:
            self._under_way -= len(body)

    def _ensure_welcome(self, kind: str) -> None:
        if kind not in {PROTOBUF, JSON}:
            raise _Refused(415, _INVALID, f"Send {PROTOBUF} or {JSON}.")
        if self._buffer.full:
            raise _too_much()

    def _ensure_small(self, length: int) -> None:
        if length > self._most:
            raise _Refused(413, _INVALID, f"A request may have {self._most} bytes.")
        if self._under_way > 2 * self._most:
            raise _too_much()

    async def _work(self, signal: _Signal, body: bytes, kind: str, encoding: str) -> int:
        def work() -> int:
            try:
                return signal.take(self._unpacked(body, encoding), kind == JSON)
            except Malformed as error:
                raise _Refused(400, _INVALID, f"This cannot be read: {error}") from None
            except Full:
                raise _too_much() from None

        if len(body) <= _INLINE and encoding == "identity" and kind == PROTOBUF:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _unpacked(self, body: bytes, encoding: str) -> bytes:
        if encoding == "identity":
            return body
        if encoding != "gzip":
            raise _Refused(415, _INVALID, f"{encoding} is not known here: send gzip, or the body as it is.")
        packed = zlib.decompressobj(wbits=31)
        try:
            unpacked = packed.decompress(body, self._most)
        except zlib.error as error:
            raise Malformed(str(error)) from None
        if packed.unconsumed_tail:
            raise _Refused(413, _INVALID, f"A request may have {self._most} bytes when it is unpacked.")
        if not packed.eof:
            raise Malformed("the gzip stream ends too early")
        return unpacked

    def _take_spans(self, body: bytes, is_json: bool) -> int:  # noqa: FBT001
        export = spans.decode(otlp_json.spans(body) if is_json else body)
        if export.batches:
            self._buffer.add_spans(export.batches)
        return export.rejected

    def _take_logs(self, body: bytes, is_json: bool) -> int:  # noqa: FBT001
        export = otlp_logs.decode(otlp_json.logs(body) if is_json else body)
        if export.rows:
            self._buffer.add_records(export.rows)
        return export.rejected


def _too_much() -> _Refused:
    return _Refused(503, _UNAVAILABLE, "Too much waits to be written; send it again later.")


def _taken(signal: _Signal, kind: str, rejected: int) -> Response:
    response = signal.response()
    if rejected:
        setattr(response.partial_success, signal.rejected, rejected)
        response.partial_success.error_message = "Without ids of the right length, or with impossible times."
    content = orjson.dumps(MessageToDict(response)) if kind == JSON else response.SerializeToString()
    return Response(content, media_type=kind)


def _refusal(refused: _Refused, kind: str) -> Response:
    headers = {"Retry-After": str(RETRY_AFTER_S)} if refused.http == 503 else {}
    if kind == PROTOBUF:
        return Response(status(refused.code, refused.reason), refused.http, headers, PROTOBUF)
    content = orjson.dumps({"code": refused.code, "message": refused.reason})
    return Response(content, refused.http, headers, JSON)
