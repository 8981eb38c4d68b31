"""The way of every statement to its database, past the actions that are on.

In a traceback this is one frame and one line, whatever is on.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis.actions.action import Lose, OnStatement
from services.chassis.actions.registry import ON_STATEMENTS
from services.chassis.switches import BOARD

Store = Literal["database", "queue"]


def guide(engine: AsyncEngine, store: Store) -> None:
    """Have the statements of `engine` pass here. What they meet is part of their duration in telemetry.

    That is why this is not one more listener of the engine: telemetry is one, and takes the time of what comes after.
    """
    for method in ("do_execute", "do_executemany", "do_execute_no_params"):
        setattr(engine.dialect, method, guided(getattr(engine.dialect, method), ON_STATEMENTS[store]))


def guided(run: Callable[..., None], actions: Sequence[OnStatement]) -> Callable[..., None]:
    """Return `run`, a dialect's way to execute a statement, past those of `actions` that are on."""

    def execute(cursor: Any, statement: Any, *arguments: Any) -> None:
        context = arguments[-1]  # of these methods, some have parameters before it
        if BOARD.switches and context is not None:
            for action in actions:
                if switch := BOARD.shown(action.name):
                    action.meet(switch, context)
        run(cursor, statement, *arguments)

    return execute


async def pass_actions(store: Store, lose: Lose) -> None:
    """Take an operation of a store without statements past the actions that are on; `lose` ends its connection."""
    if BOARD.switches:
        for action in ON_STATEMENTS[store]:
            if switch := BOARD.shown(action.name):
                await action.meet_operation(switch, lose)
