"""The same checkout without chassis and telemetry: the hops, tables and SQL statements of the platform.

Written as the documentation of FastAPI, httpx and SQLAlchemy shows it: no deadline, retry, breaker, bulkhead, span,
metric, log line, agent or problem document, and no case but the good one. What is left is what the platform is measured
against. `tests/benchmarks` holds the statements of both against each other.
"""
