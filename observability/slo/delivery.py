"""Sending notices: per channel in order, and again with growing pauses while nobody takes them."""

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx
import structlog

from observability.slo import forms
from observability.slo.grouping import Notice
from observability.slo.notebook import Letter, Notebook
from observability.slo.settings import AlertsSettings

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429})

log = structlog.get_logger()


@dataclass(frozen=True)
class Channel:
    """One receiver."""

    name: str
    url: str
    form: Callable[[Notice], Mapping[str, Any]]
    pages_only: bool = False
    secret: Mapping[str, str] = field(default_factory=dict)
    """Members that are sent and never written down."""

    def letter(self, notice: Notice) -> Mapping[str, Any] | None:
        """Return what to send of a notice, if it is for this receiver."""
        return None if self.pages_only and notice.severity != "page" else self.form(notice)


def channels(settings: AlertsSettings) -> list[Channel]:
    """Return the receivers that are set."""
    found = []
    if settings.webhook_url:
        found.append(Channel("webhook", settings.webhook_url, forms.plain))
    if settings.slack_url:
        found.append(Channel("slack", settings.slack_url, forms.slack))
    if settings.pagerduty_routing_key is not None:
        key = settings.pagerduty_routing_key.get_secret_value()
        secret = {"routing_key": key}
        found.append(Channel("pagerduty", settings.pagerduty_url, forms.pagerduty, pages_only=True, secret=secret))
    return found


class Courier:
    """Empties the notebook's letters while entered, each channel on its own."""

    def __init__(self, notebook: Notebook, settings: AlertsSettings) -> None:
        self.channels = channels(settings)
        self._notebook = notebook
        self._settings = settings
        self._news = {channel.name: asyncio.Event() for channel in self.channels}
        self._client: httpx.AsyncClient | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        if self.channels:
            self._client = client = httpx.AsyncClient(timeout=self._settings.delivery_timeout_s)
            self._tasks = [asyncio.create_task(self._deliver(channel, client)) for channel in self.channels]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._client is not None:
            await self._client.aclose()

    def letters(self, notices: list[Notice]) -> list[tuple[str, Mapping[str, Any]]]:
        """Return what has to be sent, by channel."""
        written = ((channel.name, channel.letter(notice)) for notice in notices for channel in self.channels)
        return [(name, letter) for name, letter in written if letter is not None]

    def wake(self) -> None:
        """Say that there are letters."""
        for event in self._news.values():
            event.set()

    async def _deliver(self, channel: Channel, client: httpx.AsyncClient) -> None:
        while True:
            letter = self._notebook.next_letter(channel.name)
            if letter is None:
                self._news[channel.name].clear()
                await self._news[channel.name].wait()
            elif await self._is_done(channel, letter, client):
                self._notebook.done(letter)
            else:
                self._notebook.tried(letter)
                await asyncio.sleep(_pause_s(letter.attempts))

    async def _is_done(self, channel: Channel, letter: Letter, client: httpx.AsyncClient) -> bool:
        """Send a letter; tell whether it has arrived, or is not worth another try."""
        try:
            answer = await client.post(channel.url, json={**channel.secret, **letter.body})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason, final = type(error).__name__, False
        else:
            if answer.is_success:
                log.info("notice.sent", channel=channel.name, attempts=letter.attempts + 1)
                return True
            again = answer.status_code in _WORTH_ANOTHER_TRY or answer.is_server_error
            reason, final = f"http_{answer.status_code}", not again
        final = final or time.time() - letter.written_at_s > self._settings.give_up_after_s
        write, event = (log.error, "notice.given_up") if final else (log.warning, "notice.postponed")
        write(event, channel=channel.name, reason=reason, attempts=letter.attempts + 1)
        return final


def _pause_s(attempts: int) -> float:
    pause_s: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(attempts, 20))
    return pause_s * random.uniform(0.75, 1.25)  # noqa: S311 -- a pause, no secret
