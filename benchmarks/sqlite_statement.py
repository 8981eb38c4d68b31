"""What a statement costs through our way to SQLite, and through the one that SQLAlchemy brings.

    python -m benchmarks.sqlite_statement [--rounds 5]

CPU time of a process that asks `SELECT 1` on a connection from the pool, the two ways in turn.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import MetaData, event, text

from benchmarks import figures
from benchmarks.figures import Figure
from services.chassis import sqlite_driver
from services.chassis.database import Database

STATEMENTS = 2000
GOAL = 0.7
QUERY = text("SELECT 1")


async def statement_us(*, ours: bool) -> float:
    """Return the CPU time of one statement, in microseconds."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder)}/own.db", MetaData(), None, name="own")
        if not ours:
            event.remove(database.engine.sync_engine, "do_connect", sqlite_driver.connect)
        async with database:
            began = time.process_time()
            for _ in range(STATEMENTS):
                async with database.read() as connection:
                    (await connection.execute(QUERY)).all()
            return (time.process_time() - began) / STATEMENTS * 1e6


def main() -> None:
    """Measure and print."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    ours, stock = [], []
    for _ in range(options.rounds):
        ours.append(asyncio.run(statement_us(ours=True)))
        stock.append(asyncio.run(statement_us(ours=False)))
    median, stock_median = statistics.median(ours), statistics.median(stock)
    ratio = median / stock_median
    print(f"one statement: {median:.0f} µs; SQLAlchemy's own way: {stock_median:.0f} µs; ratio {ratio:.2f}")
    figures.write([Figure("a statement / one through SQLAlchemy's own way", ratio, "", GOAL)], options.figures)


if __name__ == "__main__":
    main()
