"""Product pages that outlive inventory: what cannot be read is shown as it was last heard of, and marked so."""

import structlog

from observability.wiring import Telemetry, vocabulary
from services.chassis import deadline
from services.chassis.errors import Busy, DeadlineExceeded, NeighbourUnavailable, ServiceError
from services.gateway.clients import Products
from services.gateway.domain import Availability, LastKnown, Product, marked

log = structlog.get_logger()

UNREACHABLE = (NeighbourUnavailable, Busy, DeadlineExceeded)


class ProductPages:
    """The products of inventory; each replica remembers them for itself."""

    def __init__(self, products: Products, timeout_s: float, telemetry: Telemetry) -> None:
        self._products = products
        self._timeout_s = timeout_s
        self._last_known = LastKnown()
        self._availability = Availability.CONFIRMED
        self._stale_answers = telemetry.metrics.counter(vocabulary.STALE_ANSWERS).labels("products")

    def wait_for(self, timeout_s: float) -> None:
        """Give inventory that much time from now on."""
        self._timeout_s = timeout_s

    async def flush(self) -> int:
        """Forget every product; return how many that were. In an outage there is then nothing to show."""
        known = len(self._last_known.all())
        self._last_known.learn_all(())
        return known

    async def all(self) -> list[Product]:
        """Return everything on sale; raise what keeps us from it when nothing was ever heard."""
        try:
            await self.refresh()
        except UNREACHABLE as problem:
            if not (known := self._last_known.all()):
                raise
            self._fell_back(problem)
            return [marked(product, Availability.BEING_CONFIRMED) for product in known]
        return [marked(product, Availability.CONFIRMED) for product in self._last_known.all()]

    async def one(self, sku: str) -> Product:
        """Return one product; raise what keeps us from it when nothing was ever heard of it."""
        try:
            with deadline.within(self._timeout_s):
                product = await self._products.one(sku)
        except UNREACHABLE as problem:
            if (known := self._last_known.one(sku)) is None:
                raise
            self._fell_back(problem)
            return marked(known, Availability.BEING_CONFIRMED)
        self._last_known.learn(product)
        self._became(Availability.CONFIRMED)
        return marked(product, Availability.CONFIRMED)

    async def refresh(self) -> None:
        """Hear of everything on sale; raise what keeps us from it."""
        with deadline.within(self._timeout_s):
            products = await self._products.all()
        self._last_known.learn_all(products)
        self._became(Availability.CONFIRMED)

    def _fell_back(self, problem: ServiceError) -> None:
        self._stale_answers.inc()
        self._became(Availability.BEING_CONFIRMED, problem=problem.code, detail=problem.detail)

    def _became(self, availability: Availability, **why: str) -> None:
        if availability is not self._availability:
            say = log.info if availability is Availability.CONFIRMED else log.warning
            say("products.availability_changed", availability=availability, **why)
        self._availability = availability
