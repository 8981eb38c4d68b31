"""Evidence in DuckDB: what answers the interface within one process, and what fills it."""
