#!/bin/bash
# One database per service, each with an owner of its own; and who may stream to the replica. Run once, by the image.
set -euo pipefail
password=$(cat /lab/secrets/postgres.password)
run() { psql -v ON_ERROR_STOP=1 -q --username "$POSTGRES_USER" --dbname postgres "$@"; }
for name in order inventory payment billing provider; do
  run -c "CREATE ROLE \"$name\" LOGIN PASSWORD '$password'" -c "CREATE DATABASE \"$name\" OWNER \"$name\""
  psql -v ON_ERROR_STOP=1 -q --username "$POSTGRES_USER" --dbname "$name" -c "ALTER SCHEMA public OWNER TO \"$name\""
done
run -c "CREATE ROLE replicator REPLICATION LOGIN PASSWORD '$password'"
run -c "SELECT pg_create_physical_replication_slot('replica')" >/dev/null
echo "host replication replicator all scram-sha-256" >>"$PGDATA/pg_hba.conf"
