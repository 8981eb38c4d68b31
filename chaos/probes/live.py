"""Evidence straight from the replicas, whose `/metrics` are scraped every second, and from the public API."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from chaos.probes.addresses import AddressBook, Target
from chaos.probes.evidence import NoData, Page, Sample, Selector
from chaos.probes.scrapes import Exposed, History, Scrape, increases, parsed, samples

EVERY_S = 1.0
PATIENCE_S = 2.0
STALE_S = 5.0
"""A scrape that is older tells nothing about now."""
SLACK_S = 0.5
"""By how much a window may be shorter than asked for, since scrapes are a second apart."""
PAGE_PATIENCE_S = 10.0
SETTINGS = "/-/settings"
HISTOGRAM_PARTS = ("_bucket", "_count", "_sum")
A = TypeVar("A")


class LiveEvidence:
    """Reads what `selectors` name. Enter it before use; windows are answered once it has looked for that long."""

    def __init__(
        self, book: AddressBook, selectors: Iterable[Selector], longest_s: float, every_s: float = EVERY_S
    ) -> None:
        self._book = book
        self._selectors = frozenset((selector.metric, selector.of) for selector in selectors)
        self._wanted = frozenset(metric for metric, _ in self._selectors)
        self._history = History(longest_s + every_s)
        self._every_s = every_s
        # Whatever proxy a person has set is not on the way to their own machine.
        self._client = httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S)
        self._scraping: asyncio.Task[None] | None = None
        self._looked = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        self._scraping = asyncio.create_task(self._forever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._scraping is not None:
            self._scraping.cancel()
            with suppress(asyncio.CancelledError):
                await self._scraping
        await self._client.__aexit__(kind, error, trace)

    async def values(self, wanted: Selector, ago_s: float = 0.0) -> list[Sample]:
        """Return what the series stood at, `ago_s` seconds ago; see `Evidence`."""
        scrape = await self._newest(wanted)
        if ago_s:
            past = self._history.at(scrape.at - ago_s + SLACK_S)
            if past is None:
                raise NoData(f"nobody has looked for {ago_s:g} s yet")
            scrape = past
            _ensure_exposed(scrape, wanted)
        return list(_fitting(scrape, wanted))

    async def increases(self, wanted: Selector, window_s: float) -> list[Sample]:
        """Return by how much counters have risen in the last `window_s` seconds; see `Evidence`."""
        newest = await self._newest(wanted)
        scrapes = self._history.since(newest.at - window_s + SLACK_S)
        if not scrapes:
            raise NoData(f"nobody has looked for {window_s:g} s yet")
        seen = {(one.instance, tuple(sorted(one.labels.items()))) for s in scrapes for one in _fitting(s, wanted)}
        return [
            Sample(instance, dict(labels), increases(scrapes, instance, (wanted.metric, labels)))
            for instance, labels in sorted(seen)
        ]

    async def settings(self, name: str, of: str) -> list[Sample]:
        """Return what a setting stands at; see `Evidence`."""
        told = await _each([target for target in self._book.replicas() if target.is_of(of)], self._settings_of)
        if not told:
            raise NoData(f"{of} does not answer")
        found = [Sample(instance, {}, float(values[name])) for instance, values in told.items() if name in values]
        if not found:
            raise NoData(f"{of} has no setting {name} that is a number")
        return found

    async def page(self, path: str) -> Page:
        """GET `path` through the load balancer; see `Evidence`."""
        try:
            url = self._book.url("edge") + path
            began = monotonic()
            answer = await self._client.get(url, timeout=PAGE_PATIENCE_S)
        except (LookupError, httpx.HTTPError) as error:
            raise NoData(f"GET {path} got no answer ({error or type(error).__name__})") from error
        return Page(answer.status_code, monotonic() - began, _json(answer))

    async def _newest(self, wanted: Selector) -> Scrape:
        if (wanted.metric, wanted.of) not in self._selectors:
            raise NoData(f"{wanted} is not among what is looked at")
        await self._looked.wait()
        newest = self._history.latest
        if newest is None or monotonic() - newest.at > STALE_S:
            raise NoData("the latest look at the replicas is too old")
        _ensure_exposed(newest, wanted)
        return newest

    async def _forever(self) -> None:
        while True:
            began = monotonic()
            replicas = await _each(self._concerned(), self._scraped)
            self._history.add(Scrape(monotonic(), replicas))
            self._looked.set()
            await asyncio.sleep(max(0.0, self._every_s - (monotonic() - began)))

    def _concerned(self) -> list[Target]:
        return [target for target in self._book.replicas() if any(target.is_of(of) for _, of in self._selectors)]

    async def _scraped(self, target: Target) -> Exposed | None:
        try:
            answer = await self._client.get(f"{target.url}/metrics")
            return parsed(target.service, answer.text, self._wanted) if answer.is_success else None
        except (httpx.HTTPError, ValueError):
            return None  # It is down, or talks nonsense: there is no data of it.

    async def _settings_of(self, target: Target) -> dict[str, float] | None:
        """Return those of a replica that are numbers."""
        try:
            answer = await self._client.get(f"{target.url}{SETTINGS}")
            listed = answer.json()["settings"] if answer.is_success else None
        except (httpx.HTTPError, ValueError, KeyError):
            return None  # As with a scrape.
        numbers = (one for one in listed or () if isinstance(one["value"], int | float))
        return None if listed is None else {one["name"]: one["value"] for one in numbers}


async def _each(targets: list[Target], asked: Callable[[Target], Awaitable[A | None]]) -> dict[str, A]:
    answers = await asyncio.gather(*(asked(target) for target in targets))
    return {target.instance: answer for target, answer in zip(targets, answers, strict=True) if answer is not None}


def _ensure_exposed(scrape: Scrape, wanted: Selector) -> None:
    concerned = [one for name, one in scrape.replicas.items() if wanted.of in (None, name, one.service)]
    if not concerned:
        raise NoData(f"{wanted.of} does not answer" if wanted.of else "no replica answers")
    if not any(_has(one, wanted.metric) for one in concerned):
        raise NoData(f"{wanted.of or 'every replica'} lacks {wanted.metric}")


def _has(exposed: Exposed, metric: str) -> bool:
    stems = (metric.removesuffix(part) for part in HISTOGRAM_PARTS)
    return metric in exposed.families or any(stem in exposed.families for stem in stems)


def _fitting(scrape: Scrape, wanted: Selector) -> Iterator[Sample]:
    for name, sample in samples(scrape):
        service = scrape.replicas[sample.instance].service
        if name == wanted.metric and wanted.of in (None, sample.instance, service) and wanted.fits(sample.labels):
            yield sample


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
