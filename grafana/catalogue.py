"""Which dashboards there are."""

from grafana.boards import (
    data_and_queue,
    drill_room,
    flow,
    lab_health,
    overview,
    service,
    service_map,
)

BOARDS = (
    overview.board,
    service.board,
    flow.board,
    data_and_queue.board,
    service_map.board,
    drill_room.board,
    lab_health.board,
)
"""In the order in which people look at them."""
