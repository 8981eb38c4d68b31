"""HTTP in, HTTP out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from chaos import answers
from chaos.controller import Controller
from chaos.errors import AlreadyActive, Interrupted, NoReplica, PartlyApplied, UnknownActivation, UnknownFault
from chaos.problems import problems
from chaos.schemas import ActivationAnswer, Change, Faults, Injection, Status, Stopped

router = APIRouter()


async def controller_of(request: Request) -> Controller:
    """Return the controller behind the API."""
    controller: Controller = request.app.state.controller
    return controller


Behind = Annotated[Controller, Depends(controller_of)]


@router.get("/health", summary="Is the process alive?")
async def health() -> dict[str, str]:
    """Answer while the process lives."""
    return {"status": "ok"}


@router.get("/faults", summary="Which faults there are")
async def faults(controller: Behind) -> Faults:
    """List what the replicas have declared since the controller started."""
    return answers.faults(controller)


@router.get("/status", summary="What is on, and who is connected")
async def status(controller: Behind) -> Status:
    """Report what is on and who has acknowledged what."""
    return answers.status(controller)


@router.post(
    "/activations",
    status_code=201,
    summary="Switch a fault on",
    responses=problems(UnknownFault, AlreadyActive, NoReplica, Interrupted, PartlyApplied),
)
async def inject(injection: Injection, controller: Behind, response: Response) -> Change:
    """Answer when every replica that has the fault has acknowledged it, after 250 ms at most."""
    activation, rollout = await controller.inject(
        injection.fault, injection.duration_s, accept_partial=injection.accept_partial
    )
    response.headers["Location"] = f"/activations/{activation.id}"
    return answers.change(activation, rollout)


@router.get("/activations/{activation_id}", summary="One activation", responses=problems(UnknownActivation))
async def activation(activation_id: str, controller: Behind) -> ActivationAnswer:
    """Report one activation, also one that is over."""
    controller.settle()
    return answers.activation(controller.activations.get(activation_id))


@router.delete("/activations/{activation_id}", summary="Switch a fault off", responses=problems(UnknownActivation))
async def stop(activation_id: str, controller: Behind) -> Change:
    """Switch one activation off; doing it again changes nothing. Answers after 250 ms at most."""
    rollout = await controller.stop([controller.activations.get(activation_id)])
    return answers.change(controller.activations.get(activation_id), rollout)


@router.post("/stop", summary="Switch everything off", responses=problems(UnknownFault))
async def stop_all(
    controller: Behind, fault: Annotated[str | None, Query(max_length=200, description="only this fault")] = None
) -> Stopped:
    """Switch everything off, or whatever there is of one fault; doing it again changes nothing."""
    if fault is not None:
        controller.catalogue.ensure_known(fault)
    concerned = [one for one in controller.activations.unfinished() if fault in (None, one.fault)]
    rollout = await controller.stop(concerned)
    return answers.stopped([controller.activations.get(one.id) for one in concerned], rollout)
