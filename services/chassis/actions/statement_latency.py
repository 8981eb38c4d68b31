"""Statements take longer."""

from sqlalchemy.engine import ExecutionContext
from sqlalchemy.util import await_only

from services.chassis.actions.action import Lose
from services.chassis.actions.waiting import delay_params, wait
from services.chassis.switches import Switch


class StatementLatency:
    """Holds up statements on their way to a `store`, `database` or `queue`; the event loop goes on."""

    params = delay_params(200)
    scoped = True

    def __init__(self, store: str) -> None:
        self.name = f"{store}.latency"
        self.summary = f"Statements take longer to reach the {store}."

    def meet(self, switch: Switch, context: ExecutionContext) -> None:
        """Wait."""
        del context
        await_only(wait(self.name, switch))

    async def meet_operation(self, switch: Switch, lose: Lose) -> None:
        """Wait."""
        del lose
        await wait(self.name, switch)
