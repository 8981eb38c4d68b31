"""The lab in containers: `docker compose up`. The same processes and verbs, started by another hand."""
