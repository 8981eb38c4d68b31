"""A small OTLP/HTTP receiver for traces: in a test's own process, or as one (`python -m tests.support.otlp_receiver`).

As a process it writes its endpoint as the first line of standard output, answers `GET /count` with JSON, and ends when
its standard input ends.
"""

import argparse
import contextlib
import gzip
import json
import socket
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


@dataclass(frozen=True)
class ReceivedSpan:
    """One span, in plain Python: ids in hexadecimal (`parent_id` empty at a root), times in nanoseconds."""

    service: str
    instance: str
    trace_id: str
    span_id: str
    parent_id: str
    name: str
    kind: str
    start_ns: int
    end_ns: int
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    status: str
    status_message: str = ""
    trace_state: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)


class OtlpReceiver:
    """Listens while entered, on an ephemeral port unless told. `keep=False` only counts, which benchmarks want."""

    def __init__(self, *, keep: bool = True, port: int = 0) -> None:
        self.keep = keep
        self.count = 0
        self.requests = 0
        self.resources: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[int] = []  # statuses to give to the next requests, in turn; then 200
        self._spans: list[ReceivedSpan] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.receiver = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def endpoint(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT should say."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def spans(self, trace_id: str | None = None) -> list[ReceivedSpan]:
        """What was received so far, of all traces or one."""
        with self._lock:
            return [span for span in self._spans if trace_id in {None, span.trace_id}]

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Count, and keep if asked to, the spans of one export; return the HTTP status to answer with."""
        with self._lock:
            self.requests += 1
            if self.answers and (status := self.answers.pop(0)) != 200:
                return status
        request = ExportTraceServiceRequest.FromString(body)
        found = sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
        kept = list(_plain_spans(request)) if self.keep else []
        with self._lock:
            self.count += found
            if self.keep:
                self._spans += kept
                self.headers.append(headers)
                self.resources += [attributes(item.resource.attributes) for item in request.resource_spans]
        return 200

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: OtlpReceiver

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.connections: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, and remember it."""
        self.connections.append(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        """End kept connections, as the end of a process would."""
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: _Server

    def do_POST(self) -> None:
        """Take an export."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        known = self.path == "/v1/traces"
        self._answer(self.server.receiver.take(body, dict(self.headers)) if known else 404, b"")

    def do_GET(self) -> None:
        """Say how many spans and exports there were."""
        receiver = self.server.receiver
        self._answer(200, json.dumps({"spans": receiver.count, "requests": receiver.requests}).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    """Attributes as a dictionary of plain values."""
    return {pair.key: plain(pair.value) for pair in pairs}


def plain(value: AnyValue) -> Any:
    """One attribute value as Python has it."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [plain(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return attributes(value.kvlist_value.values)
    return getattr(value, kind)


def _plain_spans(request: ExportTraceServiceRequest) -> Iterable[ReceivedSpan]:
    for resource in request.resource_spans:
        of = attributes(resource.resource.attributes)
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield plain_span(span, str(of.get("service.name", "")), str(of.get("service.instance.id", "")))


def plain_span(span: Span, service: str = "", instance: str = "") -> ReceivedSpan:
    """One span of the wire format in plain Python."""
    return ReceivedSpan(
        service=service,
        instance=instance,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        attributes=attributes(span.attributes),
        events=[(event.name, attributes(event.attributes)) for event in span.events],
        status=Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_"),
        status_message=span.status.message,
        trace_state=span.trace_state,
        links=[(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
    )


def main() -> None:
    """Run until standard input ends."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", action="store_true", help="keep the spans, not only their number")
    with OtlpReceiver(keep=options.parse_args().keep) as receiver:
        sys.stdout.write(receiver.endpoint + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
