"""Statements find their connection closed."""

from typing import Any

from sqlalchemy.engine import ExecutionContext
from sqlalchemy.util import await_only

from services.chassis.actions.action import Lose
from services.chassis.switches import Switch


class StatementError:
    """Ends the connection to a `store`, `database` or `queue`, right before a statement: the driver says the rest.

    Nothing is pretended: the error, and what SQLAlchemy makes of it, are those of a connection that was lost.
    """

    params = ()
    scoped = True

    def __init__(self, store: str) -> None:
        self.name = f"{store}.error"
        self.summary = f"Connections to the {store} break; the statement fails and its transaction is rolled back."

    def meet(self, switch: Switch, context: ExecutionContext) -> None:
        """End the connection."""
        del switch
        connection: Any = context.root_connection.connection.driver_connection
        await_only(connection.close())  # psycopg: at once, without a word to the other end

    async def meet_operation(self, switch: Switch, lose: Lose) -> None:
        """End the connection."""
        del switch
        await lose()
