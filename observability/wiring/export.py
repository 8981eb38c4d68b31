"""Spans on their way out: a bounded queue, a thread that empties it in batches, and an OTLP/HTTP sender.

A service never waits for a receiver. When the queue is full, spans are dropped and counted. A receiver that takes
nothing is told of in the log, by the thread that sends.
"""

import gzip
import http.client
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import urlsplit

from observability.wiring import otlp
from observability.wiring.delivery import DeliveryLog

_RETRYABLE = frozenset({429, 502, 503, 504})
_FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 0.2, 5.0


class Sender(Protocol):
    """Takes one encoded `ExportTraceServiceRequest`; raises OSError or HTTPException when it cannot be delivered."""

    @property
    def endpoint(self) -> str:
        """Who takes it, as the log names them: host:port."""

    def send(self, body: bytes) -> int:
        """Deliver, and return the HTTP status."""

    def close(self) -> None:
        """Let the connection go."""


class HttpSender:
    """Posts over one kept connection; timeouts in seconds."""

    def __init__(
        self, endpoint: str, *, headers: Mapping[str, str], timeout_s: float, compressed: bool, certificate: str | None
    ) -> None:
        url = urlsplit(endpoint)
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise ValueError(f"an OTLP endpoint is an http or https URL, not {endpoint!r}")
        self._path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        self._compressed = compressed
        self._headers = {"Content-Type": "application/x-protobuf", **headers}
        if compressed:
            self._headers["Content-Encoding"] = "gzip"
        if url.scheme == "https":
            trust = ssl.create_default_context(cafile=certificate)
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                url.hostname, url.port, timeout=timeout_s, context=trust
            )
        else:
            self._connection = http.client.HTTPConnection(url.hostname, url.port, timeout=timeout_s)
        self.endpoint = f"{self._connection.host}:{self._connection.port}"

    def send(self, body: bytes) -> int:
        """Post one request; a connection that broke is opened again by the next one."""
        try:
            payload = gzip.compress(body, compresslevel=1) if self._compressed else body
            self._connection.request("POST", self._path, payload, self._headers)
            response = self._connection.getresponse()
            response.read()
        except BaseException:
            self._connection.close()
            raise
        return response.status

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class BatchExporter:
    """Collects encoded spans and sends them in the background, at most `queue_size` waiting, `batch_size` at a time."""

    def __init__(
        self,
        sender: Sender,
        resource: Mapping[str, str],
        *,
        queue_size: int,
        batch_size: int,
        delay_s: float,
        give_up_s: float,
        delivered: Callable[[float], None],
        dropped: Callable[[str, float], None],
    ) -> None:
        self._sender = sender
        self._log = DeliveryLog(sender.endpoint)
        self._resource = otlp.resource_field(resource)
        self._scope = otlp.scope_field("nightshift")
        self._queue: deque[bytes] = deque()
        self._queue_size, self._batch_size = queue_size, min(batch_size, queue_size)
        self._delay_s, self._give_up_s = delay_s, give_up_s
        self._delivered, self._dropped = delivered, dropped
        self._due = threading.Event()
        self._closing = threading.Event()
        self._sending = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def offer(self, span: bytes) -> None:
        """Take one encoded span; never blocks."""
        queue = self._queue
        waiting = len(queue)
        if waiting >= self._queue_size:
            self._dropped("queue_full", 1)
            return
        queue.append(span)
        # One wake-up per batch, not per span.
        if waiting + 1 == self._batch_size:
            self._due.set()
        if self._thread is None:
            self._start()

    def close(self, within_s: float) -> None:
        """Send what is left and stop; gives up after `within_s` seconds."""
        self._closing.set()
        self._due.set()
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(within_s)

    def flush(self, within_s: float) -> bool:
        """Wait until all that is waiting now was sent or dropped; False when that takes longer than `within_s`."""
        give_up_at = time.monotonic() + within_s
        while self._queue or self._sending:
            self._due.set()
            if time.monotonic() > give_up_at or self._closing.wait(0.001):
                return False
        return True

    def _start(self) -> None:
        # At the first span: a process that forks after the wiring would lose a thread started earlier.
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="span-export", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._due.wait(self._delay_s)
            self._due.clear()
            self._drain()
        self._drain()
        self._sender.close()

    def _drain(self) -> None:
        queue = self._queue
        while queue:
            self._sending = True
            batch = [queue.popleft() for _ in range(min(len(queue), self._batch_size))]
            if self._deliver(otlp.request(self._resource, self._scope, batch), len(batch)):
                self._delivered(len(batch))
            else:
                self._dropped("not_delivered", len(batch))
        self._sending = False

    def _deliver(self, body: bytes, count: int) -> bool:
        give_up_at = time.monotonic() + self._give_up_s
        backoff_s, failures = _FIRST_BACKOFF_S, 0
        while True:
            status, reason = self._attempt(body)
            if status < 300:
                self._log.delivered()
                return True
            failures += 1
            over = self._closing.is_set() or time.monotonic() + backoff_s > give_up_at
            final = over or status not in _RETRYABLE
            # One failed attempt alone is what a kept connection costs that the receiver has closed.
            if failures == 2 or (final and failures == 1):
                self._log.undelivered(reason, count)
            if final:
                return False
            self._closing.wait(backoff_s)
            backoff_s = min(backoff_s * 2, _LONGEST_BACKOFF_S)

    def _attempt(self, body: bytes) -> tuple[int, str]:
        try:
            status = self._sender.send(body)
        except (OSError, http.client.HTTPException) as error:
            return 503, type(error).__name__
        return status, f"http_{status}"
