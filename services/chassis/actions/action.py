"""What an action is: a declaration, and one of three ways to act."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.engine import ExecutionContext
from starlette.types import Receive, Scope, Send

from services.chassis.declaration import Declaration
from services.chassis.switches import Switch

Lose = Callable[[], Awaitable[None]]


@dataclass
class Exchange:
    """A request on its way in, and the way out of its answer."""

    scope: Scope
    receive: Receive
    send: Send
    answered: bool = False
    """Whether the answer is out already, so that nobody need work for it."""


class OnExchange(Declaration, Protocol):
    """Shows in what a caller gets over HTTP."""

    async def meet(self, switch: Switch, exchange: Exchange) -> None:
        """Change what becomes of `exchange`, which has not been handled yet."""


class OnStatement(Declaration, Protocol):
    """Shows in what becomes of a statement on its way to a database."""

    def meet(self, switch: Switch, context: ExecutionContext) -> None:
        """Do something to the statement or its connection. Runs where `await_only` may wait."""

    async def meet_operation(self, switch: Switch, lose: Lose) -> None:
        """Do the same to an operation of a store that has no statements, whose connection `lose` ends."""


class Burden(Protocol):
    """Something that lasts, taken on step by step."""

    def step(self) -> bool:
        """Take on a little more, within milliseconds; return whether there is more to take."""

    def renew(self, until: float) -> None:
        """Hear that it may last until then, on the monotonic clock."""

    def drop(self) -> None:
        """Be rid of it."""


class Lasting(Declaration, Protocol):
    """Burdens the process for as long as it is on."""

    def burden(self, params: Mapping[str, Any]) -> Burden:
        """Return a burden of which nothing has been taken on yet."""
