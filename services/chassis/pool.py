"""A pool of database connections that can give way to one of another size."""

from typing import Self

from sqlalchemy.pool import AsyncAdaptedQueuePool


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
