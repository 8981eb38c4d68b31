"""What a drill can be asked while it is on. Nothing that is answered names the scenario before its end."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from difflib import get_close_matches
from functools import wraps
from pathlib import Path
from typing import Any

from drill.catalogue import Entry
from drill.errors import NothingToRepair
from drill.playing.game import Game
from drill.playing.scoring import NOTHING, WRONG
from drill.playing.sheet import Sheet
from drill.proving.repair import judged
from drill.workspace.handing_out import hand_out
from lab import drills, state
from lab.audience import Audience
from lab.control_server import ControlServer, Verb
from lab.errors import UnknownName
from lab.eventlog import EventLog
from lab.evidence.overview import NOT_OF_THE_PLATFORM
from lab.home import Home

Answer = dict[str, Any]


def _told(work: Callable[..., Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
    """Tell refusals of the drill as errors of the command line."""

    @wraps(work)
    async def told(*args: Any, **kwargs: Any) -> Answer:
        with drills.told():
            return await work(*args, **kwargs)

    return told


class Desk:
    """Answers for one game in one home."""

    def __init__(self, home: Home, game: Game, services: Mapping[str, str]) -> None:
        self._home = home
        self._game = game
        self._session = game.session
        self._entry = Entry(game.session.scenario)
        self._services = services
        self._over: asyncio.Future[Sheet] = asyncio.get_running_loop().create_future()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Answer meanwhile. Raises OSError when that is impossible."""
        verbs: dict[str, Verb] = {
            "ping": self._ping,
            "status": self._status,
            "ack": self._ack,
            "hint": self._hint,
            "answer": self._answer,
            "workspace": self._workspace,
            "prove": self._prove,
            "data": self._data,
            "reveal": self._reveal,
        }
        log = EventLog(self._home.sealed_log("drill"))
        server = ControlServer({name: _told(verb) for name, verb in verbs.items()}, Audience(), log, who="drill")
        await server.open()
        self._home.drill_file.write_text(json.dumps({"socket": server.path, "pid": os.getpid()}) + "\n")
        try:
            yield
        finally:
            self._home.drill_file.unlink(missing_ok=True)
            await server.close()

    def close(self, sheet: Sheet) -> None:
        """Tell whoever waits for the end."""
        self._over.set_result(sheet)

    async def _ping(self) -> Answer:
        return {}

    async def _status(self) -> Answer:
        return self._session.status()

    async def _ack(self) -> Answer:
        return {"acknowledged_s": self._session.ack()}

    async def _hint(self) -> Answer:
        hint = self._session.hint()
        return {"text": hint.text, "price": hint.price, "next_price": self._session.status()["next_hint_price"]}

    async def _answer(self, service: str, mechanism: str) -> Answer:
        right = self._session.answer(self._service(service), mechanism)
        return {"right": right, "cost": 0 if right else WRONG}

    async def _workspace(self, folder: str) -> Answer:
        self._session.ensure_paged()
        services = await asyncio.to_thread(hand_out, self._entry, Path(folder), is_blind=True)
        return {"folder": folder, "services": list(services)}

    async def _prove(self, folder: str, who: str) -> Answer:
        self._session.ensure_paged()
        try:
            verdicts, changes = await asyncio.to_thread(judged, self._entry, Path(folder), is_live=False)
        except NothingToRepair:
            self._session.tried(proven=False)
            return {"proven": False, "needless": True, "cost": WRONG, "proofs": None}
        proven = all(one.accepted for one in verdicts)
        self._session.tried(proven=proven)
        proofs = [one.as_json() for one in verdicts]
        kept = {"scenario": self._entry.name, "proven": proven, "proofs": proofs}
        drills.remember(self._home, who=who, folder=folder, diff=changes, **kept)
        if proven:
            self._game.roll_out()
        is_told = proven or self._session.is_identified  # what the claims are about would tell where to look
        return {"proven": proven, "needless": False, "cost": 0, "proofs": proofs if is_told else None}

    async def _data(self, right: bool) -> Answer:  # noqa: FBT001 -- comes as JSON
        self._session.data(is_right=right)
        return {}

    async def _reveal(self) -> Answer:
        self._game.reveal()
        sheet = await asyncio.shield(self._over)
        return told(sheet, self._game)

    def _service(self, name: str) -> str:
        if name == NOTHING or name in self._services.values():
            return name
        if (full := self._services.get(name)) is not None:
            return full
        known = sorted({*self._services.values(), NOTHING})
        near = get_close_matches(name, [*known, *self._services], n=1, cutoff=0.6)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
        raise UnknownName(f"There is no service {name!r}; this has cost nothing.", hint=hint)


def services_of(home: Home) -> Mapping[str, str]:
    """Return what an answer may name: the services of the platform in full, by short name."""
    replicas = state.running(home).replicas.values()
    return {one["short"]: one["service"] for one in replicas if one["short"] not in NOT_OF_THE_PLATFORM}


def told(sheet: Sheet, game: Game) -> Answer:
    """Return the end of a drill for people and programs: the sheet, and what was sealed."""
    scenario = game.session.scenario
    return {
        "sheet": sheet.model_dump(mode="json"),
        "title": scenario.title,
        "red_herrings": [one.model_dump() for one in scenario.red_herrings],
        "answer": scenario.answer.model_dump(mode="json"),
    }
