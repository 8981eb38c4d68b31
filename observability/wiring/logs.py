"""Logs: one JSON object per line on standard output, from structlog and from the standard library alike."""

import logging
import sys
import time
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from observability.wiring import current
from observability.wiring import vocabulary as names
from observability.wiring.current import Identity
from observability.wiring.stacks import stack

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
# Chatty at INFO, and what they say is in our own request events and spans.
_QUIETED = ("httpx", "httpcore", "asyncio", "aiosqlite", "uvicorn.access")
_NAMES_OF_OTHERS = {"uvicorn.error": "uvicorn.server", "py.warnings": "python.warning", "root": "python.log"}


class _Clock:
    """Wall-clock time as RFC 3339 text in UTC with microseconds; all but the fraction is made once a second."""

    __slots__ = ("_prefix", "_second")

    def __init__(self) -> None:
        self._second, self._prefix = -1, ""

    def text(self) -> str:
        """Now."""
        second, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
        if second != self._second:
            self._second, self._prefix = second, datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S.")
        return f"{self._prefix}{nanoseconds // 1000:06d}Z"


class Renderer:
    """The last processor: turns an event into a line. Where no service is bound to the context, `fallback` speaks."""

    def __init__(self) -> None:
        self.fallback = Identity("", "")
        self._clock = _Clock()

    def __call__(self, _logger: object, level: str, event: MutableMapping[str, Any]) -> bytes:
        """Render structlog's event dictionary."""
        name = event.pop("event", "")
        failure = event.pop("exc_info", None)
        if failure:
            event[names.LOG_EXCEPTION] = _exception(failure)
        return self.line(level, str(name), event)

    def line(self, level: str, event: str, fields: Mapping[str, Any]) -> bytes:
        """One line, without its end. What cannot be written as JSON is written as its text: a log call never fails."""
        who = current.identity.get() or self.fallback
        ids = current.ids()
        own = {
            names.LOG_TIME: self._clock.text(),
            names.LOG_LEVEL: level,
            names.LOG_EVENT: event,
            names.LOG_SERVICE: who.service,
            names.LOG_REPLICA: who.instance,
            names.LOG_TRACE: ids.trace_id,
            names.LOG_SPAN: ids.span_id,
            names.LOG_REQUEST: ids.request_id,
        }
        everything = {**own, **fields, **own} if fields else own
        try:
            return orjson.dumps(everything, default=str)
        except TypeError:
            return orjson.dumps(_plain(everything))


class _StandardOutput:
    """Where lines go. Looks up `sys.stdout` each time, since test runners and daemons replace it."""

    def __init__(self) -> None:
        self.lost = 0

    def write(self, line: bytes) -> None:
        """Write one line whole, so that threads do not mix theirs. A full disk costs the line, not the work."""
        try:
            out = sys.stdout.buffer
            out.write(line + b"\n")
            out.flush()
        except (OSError, ValueError):
            self.lost += 1

    debug = info = warning = error = critical = exception = write


class _FromStandardLibrary(logging.Handler):
    """Passes records of the `logging` module on; their text is a field, since it is not a constant event name."""

    def __init__(self, renderer: Renderer, out: _StandardOutput) -> None:
        super().__init__()
        self._renderer, self._out = renderer, out

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        fields: dict[str, Any] = {names.LOG_MESSAGE: record.getMessage().strip()}
        if record.exc_info:
            fields[names.LOG_EXCEPTION] = _exception(record.exc_info)
        event = _NAMES_OF_OTHERS.get(record.name, record.name)
        self._out.write(self._renderer.line(record.levelname.lower(), event, fields))


_renderer = Renderer()
# One list for good: what captures events in tests changes it in place.
_processors: list[structlog.typing.Processor] = [_renderer]


def configure(level: str, identity: Identity) -> None:
    """Send everything this process logs at `level` or above to standard output. May be called again."""
    threshold = _LEVELS.get(level.lower())
    if threshold is None:
        raise ValueError(f"log level {level!r} is not one of {', '.join(_LEVELS)}")
    out = _StandardOutput()
    _renderer.fallback = identity
    structlog.configure(
        processors=_processors,
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: out,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, _FromStandardLibrary) for handler in root.handlers):
        root.addHandler(_FromStandardLibrary(_renderer, out))
    root.setLevel(threshold)
    for name in _QUIETED:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
    logging.captureWarnings(capture=True)


def _exception(failure: object) -> dict[str, str]:
    """An exception as type, message and stack."""
    if isinstance(failure, BaseException):
        error: BaseException | None = failure
    elif isinstance(failure, tuple):
        error = failure[1]
    else:
        error = sys.exc_info()[1]
    if error is None:
        return {"type": "", "message": "", "stacktrace": ""}
    return {"type": type(error).__qualname__, "message": str(error), "stacktrace": stack(error)}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value if isinstance(value, str | bool | float | type(None)) else str(value)
