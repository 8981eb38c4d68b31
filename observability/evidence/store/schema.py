"""The tables of one slice. Times of spans and records are nanoseconds since the epoch, those of metrics seconds."""

TABLES = """
CREATE TABLE IF NOT EXISTS resources (id UINTEGER, service VARCHAR, instance VARCHAR, resource BLOB);
CREATE TABLE IF NOT EXISTS segments (
  id UINTEGER, first BIGINT, last BIGINT, attributes BLOB USING COMPRESSION uncompressed
);
CREATE TABLE IF NOT EXISTS spans (
  segment UINTEGER, hi UBIGINT, lo UBIGINT, span UBIGINT, parent UBIGINT, resource UINTEGER, name VARCHAR,
  kind UTINYINT, peer VARCHAR, start BIGINT, duration BIGINT, error BOOLEAN, raw BLOB USING COMPRESSION zstd
);
CREATE TABLE IF NOT EXISTS calls (
  time BIGINT, caller VARCHAR, callee VARCHAR, via VARCHAR, bin SMALLINT, calls UINTEGER, errors UINTEGER
);
CREATE TABLE IF NOT EXISTS cycles (time BIGINT, trace VARCHAR, services VARCHAR);
CREATE TABLE IF NOT EXISTS rolled (segment UINTEGER);
CREATE TABLE IF NOT EXISTS logs (
  time BIGINT, service VARCHAR, instance VARCHAR, level UTINYINT, event VARCHAR, hi UBIGINT, lo UBIGINT, span UBIGINT,
  line VARCHAR USING COMPRESSION zstd
);
CREATE TABLE IF NOT EXISTS tails (file VARCHAR, read BIGINT, head VARCHAR);
CREATE TABLE IF NOT EXISTS series (id UINTEGER, metric VARCHAR, labels VARCHAR, target VARCHAR);
CREATE TABLE IF NOT EXISTS samples (series UINTEGER, time DOUBLE, value DOUBLE, lost DOUBLE);
CREATE TABLE IF NOT EXISTS scrapes (target VARCHAR, time DOUBLE, up TINYINT);
CREATE TABLE IF NOT EXISTS exemplars (series UINTEGER, time DOUBLE, value DOUBLE, hi UBIGINT, lo UBIGINT, span UBIGINT);
"""
