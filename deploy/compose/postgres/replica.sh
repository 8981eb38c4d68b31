#!/bin/bash
# A streaming replica of the whole cluster: copied at the first start, then it follows.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" && chown postgres: "$PGDATA" && chmod 700 "$PGDATA"
  exec gosu postgres "$0" "$@"
fi
export PGPASSWORD
PGPASSWORD=$(cat /lab/secrets/postgres.password)
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  until pg_basebackup -h postgres -U replicator -D "$PGDATA" -S replica -X stream -R --checkpoint=fast; do
    rm -rf "${PGDATA:?}"/* && sleep 1
  done
fi
exec postgres -c listen_addresses='*' "$@"
