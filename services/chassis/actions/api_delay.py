"""Handles requests late."""

from services.chassis.actions.action import Exchange
from services.chassis.actions.routes import ROUTE
from services.chassis.actions.waiting import delay_params, wait
from services.chassis.switches import Switch


class Delay:
    """Lets requests lie before they are handled; their deadlines run on."""

    name = "api.delay"
    summary = "Requests wait before they are handled."
    params = (*delay_params(500), ROUTE)
    scoped = True

    async def meet(self, switch: Switch, exchange: Exchange) -> None:
        """Wait."""
        del exchange
        await wait(self.name, switch)
