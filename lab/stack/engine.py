"""The Docker Engine, as far as this project's containers go; reached through the allow-list of `engine_proxy.py`."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

WITHIN_S = 20.0
ALREADY = {304, 409}
"""It is so already: started, stopped, paused or not."""


class EngineError(Exception):
    """The Engine does not do it, or does not answer."""


@dataclass(frozen=True)
class Container:
    """One container as it was just now."""

    id: str
    name: str
    """Of its compose service."""
    state: str
    """`created`, `running`, `paused`, `restarting`, `exited`, `dead`."""


@dataclass(frozen=True)
class Life:
    """What an inspection tells."""

    pid: int
    started_s: float
    exit_code: int
    is_running: bool


class Engine:
    """Speaks the Engine's API at `url`."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=WITHIN_S, trust_env=False, transport=transport)

    async def close(self) -> None:
        """Let go of its connections."""
        await self._http.aclose()

    async def containers(self) -> dict[str, Container]:
        """Return this project's containers by the name of their service. Raises EngineError."""
        listed: list[dict[str, Any]] = (await self._ask("GET", "/containers/json?all=1")).json()
        named = (
            Container(one["Id"], one["Labels"].get("com.docker.compose.service", ""), one["State"]) for one in listed
        )
        return {one.name: one for one in named if one.name}

    async def life(self, container: Container) -> Life:
        """Return its process. Raises EngineError."""
        state = (await self._ask("GET", f"/containers/{container.id}/json")).json()["State"]
        started = datetime.fromisoformat(state["StartedAt"]).timestamp()
        return Life(state["Pid"], started, state["ExitCode"], state["Running"])

    async def start(self, container: Container) -> None:
        """Start it, unless it runs. Raises EngineError."""
        await self._ask("POST", f"/containers/{container.id}/start")

    async def kill(self, container: Container, signal: str) -> None:
        """Send its first process a signal. Raises EngineError."""
        await self._ask("POST", f"/containers/{container.id}/kill?signal={signal}")

    async def pause(self, container: Container) -> None:
        """Freeze all its processes. Raises EngineError."""
        await self._ask("POST", f"/containers/{container.id}/pause", already="already paused")

    async def unpause(self, container: Container) -> None:
        """Let them go on. Raises EngineError."""
        await self._ask("POST", f"/containers/{container.id}/unpause", already="is not paused")

    async def memory_kb(self, container: Container) -> int | None:
        """Return what it takes of memory, its file cache left out; nothing when it does not run."""
        try:
            told = (await self._ask("GET", f"/containers/{container.id}/stats?stream=false&one-shot=true")).json()
            memory = told["memory_stats"]
            cached = memory["stats"].get("inactive_file", memory["stats"].get("total_inactive_file", 0))
            return int(memory["usage"] - cached) // 1024
        except (EngineError, KeyError):
            return None

    async def _ask(self, method: str, path: str, *, already: str = "") -> httpx.Response:
        try:
            answer = await self._http.request(method, path)
        except httpx.HTTPError as error:
            raise EngineError(f"The container engine does not answer: {error or type(error).__name__}") from error
        # Older engines call it a mistake of their own, 500, when nothing had to be done.
        done = answer.status_code in ALREADY or (already and already in answer.text)
        if answer.status_code >= 400 and not done:
            raise EngineError(f"The container engine answered {answer.status_code}: {answer.text.strip()[:200]}")
        return answer


async def all_memory_kb(engine: Engine, containers: dict[str, Container]) -> dict[str, int | None]:
    """Return what each container takes of memory."""
    sizes = await asyncio.gather(*(engine.memory_kb(one) for one in containers.values()))
    return dict(zip(containers, sizes, strict=True))
