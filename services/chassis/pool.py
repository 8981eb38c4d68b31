"""A pool of database connections that can give way to one of another size."""

import asyncio
from typing import Self

from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import greenlet_spawn


class Pool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool of a fixed size, without overflow."""

    def resized(self, size: int) -> Self:
        """Return an empty pool of `size` connections that is like this one in everything else."""
        return type(self)(
            self._creator,
            pool_size=size,
            max_overflow=0,
            timeout=self._timeout,
            recycle=self._recycle,
            use_lifo=self._pool.use_lifo,
            reset_on_return=self._reset_on_return,
            _dispatch=self.dispatch,
            dialect=self._dialect,
        )

    async def close_when_idle(self, every_s: float) -> None:
        """Close the connections when nobody uses or awaits them any more; when cancelled, those that are free."""
        try:
            idle = False
            while not idle:
                await asyncio.sleep(every_s)
                idle = self.checkedout() == 0
        finally:
            await greenlet_spawn(self.dispose)
