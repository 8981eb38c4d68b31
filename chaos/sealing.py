"""What those see who must not know which faults are on: that something is, since when and until when."""

from typing import TypeVar

from chaos.roles import Role
from chaos.schemas import ActivationAnswer, Biography, Status, Stopped

SEALED = "sealed"

A = TypeVar("A", bound=ActivationAnswer)


def sealed(answer: A, role: Role) -> A:
    """Return `answer` as `role` may see it."""
    if role >= Role.OPERATOR:
        return answer
    hidden = {"fault": SEALED, "on": [], "params": {}, "percent": 100.0, "baggage": None, "seed": None, "replicas": []}
    fields = type(answer).model_fields
    if isinstance(answer, Biography):
        hidden["events"] = []
    return answer.model_copy(update={name: value for name, value in hidden.items() if name in fields})


def sealed_stop(stopped: Stopped, role: Role) -> Stopped:
    """Return `stopped` as `role` may see it."""
    if role >= Role.OPERATOR:
        return stopped
    return stopped.model_copy(update={"stopped": [sealed(one, role) for one in stopped.stopped], "replicas": []})


def sealed_status(status: Status, role: Role) -> Status:
    """Return `status` as `role` may see it."""
    if role >= Role.OPERATOR:
        return status
    return status.model_copy(
        update={
            "active": [sealed(one, role) for one in status.active],
            "reverting": [sealed(one, role) for one in status.reverting],
            "replicas": [replica.model_copy(update={"faults": []}) for replica in status.replicas],
        }
    )
