"""Emptying the data of the platform, whose services have ended, on PostgreSQL and RabbitMQ."""

import json
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from urllib.request import HTTPBasicAuthHandler, HTTPPasswordMgrWithPriorAuth, Request, build_opener

from lab.errors import LabError
from lab.home import Home

if TYPE_CHECKING:
    from lab.places import Places

DATABASES = ("order", "inventory", "payment", "billing", "provider")
MANAGEMENT_PORT = 15672
WITHIN_S = 10.0


def empty(home: Home, places: "Places") -> None:
    """Drop every table and every queue; services make them again. Raises LabError."""
    import psycopg  # noqa: PLC0415 -- only where there is a PostgreSQL

    try:
        for name in DATABASES:
            url = places.database(home, name).replace("+psycopg", "")
            with psycopg.connect(url, autocommit=True, connect_timeout=int(WITHIN_S)) as connection:
                connection.execute("DROP SCHEMA public CASCADE")
                connection.execute("CREATE SCHEMA public")
        _drop_queues(places.database(home, "broker"))
    except (psycopg.Error, OSError, ValueError) as error:
        raise LabError(f"The data cannot be deleted: {error}", hint="See what runs: docker compose ps") from error


def _drop_queues(url: str) -> None:
    broker = urlsplit(url)
    api = f"http://{broker.hostname}:{MANAGEMENT_PORT}/api/queues/%2F"
    known = HTTPPasswordMgrWithPriorAuth()
    known.add_password(None, api, broker.username or "", broker.password or "", is_authenticated=True)
    opener = build_opener(HTTPBasicAuthHandler(known))
    with opener.open(api, timeout=WITHIN_S) as answer:
        queues = [queue["name"] for queue in json.load(answer)]
    for queue in queues:
        opener.open(Request(f"{api}/{quote(queue, safe='')}", method="DELETE"), timeout=WITHIN_S).close()  # noqa: S310 -- http, our own
