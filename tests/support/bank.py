"""A card network on a real socket, in threads of the test's process: as good, as silent or as rude as a test has it."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from tests.support.answering import Server

Json = dict[str, Any]
WAITS_S = 30.0
DECLINED = "0002"


class Mood(Enum):
    """How calls are met."""

    OPEN = auto()
    REFUSES = auto()  # 503
    HANGS_UP = auto()
    SILENT = auto()  # until the mood is another one; then it does what it was asked for
    SCOLDS = auto()  # 422: it takes what it is asked for nonsense


@dataclass(frozen=True)
class Call:
    """One call as it came in."""

    path: str
    reference: str
    key: str | None


class Bank:
    """Keeps a ledger, in which each idempotency key stands for one entry.

    A call that met silence is done late, when the mood changes: then nobody may listen any more.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._mood: Callable[[str], Mood] = lambda _: Mood.OPEN
        self._turned = threading.Condition()
        self._entries: dict[str, tuple[str, str, Json]] = {}
        self._cards: dict[str, str] = {}
        self._server = Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def turn(self, mood: Mood | Callable[[str], Mood]) -> None:
        """Meet calls like that from now on; a function is given the card's token."""
        with self._turned:
            self._mood = mood if callable(mood) else lambda _: mood
            self._turned.notify_all()

    def trail(self, reference: str) -> list[str]:
        """Return what has been booked for a reference, in order."""
        with self._turned:
            return [kind for kind, of, _ in self._entries.values() if of == reference]

    def calls_for(self, *references: str) -> int:
        """Return how many calls came about any of these."""
        with self._turned:
            return sum(call.reference in references for call in self.calls)

    def met(self, call: Call, asked: Json) -> tuple[int, Json] | None:
        """Return status and body of the answer to a call, or None when there is to be none."""
        with self._turned:
            self.calls.append(call)
            card = self._cards.setdefault(call.reference, asked.get("card_token", ""))
            if self._mood(card) is Mood.SILENT:
                self._turned.wait_for(lambda: self._mood(card) is not Mood.SILENT, WAITS_S)
            match self._mood(card):
                case Mood.HANGS_UP | Mood.SILENT:
                    return None
                case Mood.REFUSES:
                    return 503, {"type": "urn:problem:service-unavailable"}
                case Mood.SCOLDS:
                    return 422, {"type": "urn:problem:idempotency-key-reused", "detail": "The key is another's."}
            return 200, self._booked(call, asked)

    def _booked(self, call: Call, asked: Json) -> Json:
        number = f"{len(self._entries)}"
        key = call.key or number
        if key not in self._entries:
            kind, answer = _done(call.path, number, asked)
            self._entries[key] = (kind, call.reference, answer)
        return self._entries[key][2]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.turn(Mood.HANGS_UP)
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _done(path: str, number: str, asked: Json) -> tuple[str, Json]:
    match path:
        case "/card/authorisations":
            if asked["card_token"].endswith(DECLINED):
                return "decline", {"authorisation_id": number, "status": "declined"}
            return "authorisation", {"authorisation_id": number, "status": "approved"}
        case "/card/captures":
            return "capture", {"capture_id": number}
        case "/card/voids":
            return "void", {"void_id": number}
    return "refund", {"refund_id": number}


def _handler(bank: Bank) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked: Json = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = bank.met(Call(self.path, asked["reference"], self.headers.get("Idempotency-Key")), asked)
            if answer is None:
                self.close_connection = True
                return
            status, body = answer
            sent = json.dumps(body).encode()
            with suppress(ConnectionError):  # whoever asked may have gone
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the standard library's access log out of ours."""

    return Handler
