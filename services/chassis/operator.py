"""The operator's interface of a service: settings, caches, draining. Below `/-/`, on the service's own port.

It is not part of what a service offers: nobody forwards it, requests to it are neither measured nor logged, and where
the port is public it answers only to who knows the channel's key.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from services.chassis.adjustable import Adjustable, Adjustables, SettingRefused, UnknownSetting
from services.chassis.draining import Draining, Work
from services.chassis.errors import NotFound
from services.chassis.guard import PREFIX
from services.chassis.problems import problems


@dataclass(frozen=True)
class Cache:
    """Something remembered that can be forgotten; `flush` returns how many entries went."""

    name: str
    summary: str
    flush: Callable[[], Awaitable[int]]


@dataclass(frozen=True)
class Levers:
    """What an operator can do to a service."""

    settings: Adjustables = field(default_factory=Adjustables)
    caches: Sequence[Cache] = ()
    work: Sequence[Work] = ()
    routers: Sequence[APIRouter] = ()
    """Levers of its own."""
    described: bool = True
    """Whether the service's OpenAPI tells of them; not where that is meant for the public."""
    guarded: bool = False
    """Whether the service's port is public, so that the levers need the key."""


class UnknownCache(NotFound):
    """There is no cache of that name."""

    code, title = "unknown-cache", "Unknown cache"


class Setting(BaseModel):
    """One setting that can be changed."""

    name: str = Field(description="as in the environment, in lower case: `payment.timeout_s`")
    value: Any = Field(description="in force")
    default: Any = Field(description="what it is unless somebody says otherwise")
    unit: str = Field(description="`s`, or empty for what is counted")
    minimum: float | None = Field(description="lowest value that is taken; null for what is no number")
    maximum: float | None = Field(description="highest value that is taken")
    summary: str = Field(description="what it means")


class Settings(BaseModel):
    """All settings that can be changed."""

    settings: list[Setting]


class Change(BaseModel):
    """What a setting was, and is now."""

    was: Any
    now: Any


class Changed(BaseModel):
    """What was changed, by name."""

    changed: dict[str, Change]


class CacheListed(BaseModel):
    """One cache."""

    name: str
    summary: str


class Caches(BaseModel):
    """All caches."""

    caches: list[CacheListed]


class Flushed(BaseModel):
    """What was forgotten."""

    cache: str
    dropped: int = Field(description="entries that it held")


class Drained(BaseModel):
    """Whether the replica is out of the rotation."""

    draining: bool
    under_way: int = Field(description="requests and messages that have begun and not ended")


def operator_router(levers: Levers, draining: Draining) -> APIRouter:
    """Return the routes by which a service is operated."""
    router = APIRouter(prefix=PREFIX, tags=["operator"], include_in_schema=levers.described)
    _add_settings(router, levers.settings)
    _add_caches(router, {cache.name: cache for cache in levers.caches})
    _add_draining(router, draining)
    for more in levers.routers:
        router.include_router(more)
    return router


def _add_settings(router: APIRouter, settings: Adjustables) -> None:
    @router.get("/settings", summary="Settings that can be changed while the service runs")
    async def listed() -> Settings:
        return Settings(settings=[_described(setting) for setting in settings.all()])

    @router.patch(
        "/settings", summary="Change settings, all of them or none", responses=problems(UnknownSetting, SettingRefused)
    )
    async def change(wanted: Annotated[dict[str, Any], Body(examples=[{"pool_size": 8}])]) -> Changed:
        changed = settings.change(wanted)
        return Changed(changed={name: Change(was=was, now=now) for name, (was, now) in changed.items()})


def _add_caches(router: APIRouter, caches: dict[str, Cache]) -> None:
    @router.get("/caches", summary="Caches that can be flushed")
    async def listed() -> Caches:
        return Caches(caches=[CacheListed(name=cache.name, summary=cache.summary) for cache in caches.values()])

    @router.post("/caches/{name}/flush", summary="Forget what a cache holds", responses=problems(UnknownCache))
    async def flush(name: str) -> Flushed:
        if name not in caches:
            there = f"There are: {', '.join(caches)}." if caches else "This service has none."
            raise UnknownCache(f"There is no cache called {name}.", instead=there)
        return Flushed(cache=name, dropped=await caches[name].flush())


def _add_draining(router: APIRouter, draining: Draining) -> None:
    def told() -> Drained:
        return Drained(draining=draining.wanted, under_way=draining.under_way)

    @router.get("/drain", summary="Whether the replica takes new work")
    async def state() -> Drained:
        return told()

    @router.post("/drain", summary="Leave the rotation, and finish what is under way")
    async def drain() -> Drained:
        draining.begin()
        return told()

    @router.delete("/drain", summary="Come back into the rotation")
    async def undrain() -> Drained:
        draining.end()
        return told()


def _described(setting: Adjustable) -> Setting:
    return Setting(
        name=setting.name,
        value=setting.value,
        default=setting.default,
        unit=setting.unit,
        minimum=setting.minimum,
        maximum=setting.maximum,
        summary=setting.summary,
    )
