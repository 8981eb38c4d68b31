"""HTTP in, HTTP out."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response

from chaos import answers, toolkit_journal
from chaos.activations import Activation
from chaos.controller import Controller
from chaos.drivers import Outcome
from chaos.errors import (
    AlreadyActive,
    BadParameter,
    Interrupted,
    KeyReused,
    LeverHeld,
    LimitReached,
    NoReplica,
    NotApplied,
    NotDurable,
    PartlyApplied,
    UnknownActivation,
    UnknownFault,
    UnknownSession,
    UnknownTarget,
)
from chaos.orders import Injection
from chaos.problems import problems
from chaos.roles import Role
from chaos.schemas import (
    Biography,
    Change,
    Faults,
    History,
    LeverAnswer,
    LeverOrder,
    SessionAnswer,
    SessionOrder,
    Status,
    Stopped,
)
from chaos.sealing import sealed, sealed_status, sealed_stop

router = APIRouter()


async def controller_of(request: Request) -> Controller:
    """Return the controller behind the API."""
    controller: Controller = request.app.state.controller
    return controller


async def role_of(request: Request) -> Role:
    """Return the caller's role."""
    role: Role = request.state.role
    return role


Behind = Annotated[Controller, Depends(controller_of)]
Caller = Annotated[Role, Depends(role_of)]
Identity = Annotated[str, Path(min_length=1, max_length=64)]
Key = Annotated[
    str | None,
    Header(pattern=r"^[\x21-\x7e]{1,80}$", description="the same key with the same order is carried out once"),
]


@router.get("/health", summary="Is the process alive?")
async def health() -> dict[str, str]:
    """Answer while the process lives."""
    return {"status": "ok"}


@router.get("/faults", summary="What can be switched on, where, and with which parameters")
async def faults(controller: Behind) -> Faults:
    """List what the replicas have declared since the controller started, and what is done to them from outside."""
    return await answers.faults(controller)


@router.get("/status", summary="What is on, and who is connected")
async def status(controller: Behind, role: Caller) -> Status:
    """Report what is on and who has acknowledged what; below the operator's role, not which faults."""
    return sealed_status(answers.status(controller), role)


@router.post(
    "/activations",
    status_code=201,
    summary="Switch a fault on",
    responses=problems(
        UnknownFault,
        UnknownSession,
        UnknownTarget,
        BadParameter,
        KeyReused,
        AlreadyActive,
        NoReplica,
        Interrupted,
        LimitReached,
        LeverHeld,
        NotApplied,
        PartlyApplied,
        NotDurable,
    ),
)
async def inject(
    injection: Injection, controller: Behind, response: Response, idempotency_key: Key = None
) -> Change | Biography:
    """Answer when every replica that has the fault has acknowledged it, after 250 ms at most."""
    async with controller.requests.turn(idempotency_key):
        if idempotency_key and (known := await controller.requests.activation_of(idempotency_key, injection)):
            response.headers["Location"] = f"/activations/{known}"
            return await answers.biography(controller, known)
        activation, outcome = await controller.inject(injection, idempotency_key)
    response.headers["Location"] = f"/activations/{activation.id}"
    return answers.change(activation, outcome)


@router.get("/activations", summary="What was ever on", responses=problems())
async def history(
    controller: Behind,
    limit: Annotated[int, Query(ge=1, le=200, description="most entries to return")] = 20,
    before: Annotated[
        int | None, Query(ge=1, lt=2**63, description="`next_before` of the page before this one")
    ] = None,
) -> History:
    """Newest first, former lives of the controller included."""
    return await answers.history(controller, limit, before)


@router.get("/activations/{activation_id}", summary="One activation", responses=problems(UnknownActivation))
async def activation(activation_id: Identity, controller: Behind) -> Biography:
    """Report one activation with all its steps, also one that is over."""
    return await answers.biography(controller, activation_id)


@router.get(
    "/activations/{activation_id}/chaostoolkit",
    summary="One activation as a journal of Chaos Toolkit",
    responses=problems(UnknownActivation),
)
async def activation_for_toolkit(activation_id: Identity, controller: Behind) -> dict[str, Any]:
    """Report one activation in the format that `chaos run` writes, for the tools that read it."""
    return toolkit_journal.journal(await answers.biography(controller, activation_id))


@router.delete("/activations/{activation_id}", summary="Switch a fault off", responses=problems(UnknownActivation))
async def stop(activation_id: Identity, controller: Behind, role: Caller) -> Change | Biography:
    """Switch one activation off; doing it again changes nothing. Answers after 250 ms, or 3 s where acts are undone."""
    try:
        one = controller.activations.get(activation_id)
    except UnknownActivation:
        return sealed(await answers.biography(controller, activation_id), role)  # of a former life: it is off
    outcome = await controller.stop([one])
    return sealed(answers.change(controller.activations.get(activation_id), outcome), role)


@router.post("/stop", summary="Switch everything off", responses=problems(UnknownFault, UnknownSession))
async def stop_all(
    controller: Behind,
    role: Caller,
    fault: Annotated[str | None, Query(max_length=200, description="only this fault")] = None,
    session: Annotated[str | None, Query(max_length=64, description="only what this session owns")] = None,
) -> Stopped:
    """Switch everything off, or whatever there is of one fault or session; doing it again changes nothing."""
    if fault is not None:
        await controller.offers.ensure_known(fault)
    if session is not None:
        controller.sessions.get(session)
    concerned = [
        one
        for one in controller.activations.unfinished()
        if fault in (None, one.fault) and session in (None, one.order.session)
    ]
    outcome = await controller.stop(concerned)
    return _stopped(controller, concerned, outcome, role)


@router.get("/lever", summary="How the stop lever stands")
async def lever(controller: Behind) -> LeverAnswer:
    """While it is held nothing is on, and nothing can be switched on."""
    return answers.lever(controller)


@router.post("/lever", summary="Pull the stop lever", responses=problems())
async def pull(controller: Behind, role: Caller, order: Annotated[LeverOrder | None, Body()] = None) -> Stopped:
    """Switch everything off, and refuse to switch anything on until the lever is released."""
    concerned, outcome = await controller.pull_lever(order.reason if order else "")
    return _stopped(controller, concerned, outcome, role)


@router.delete("/lever", summary="Release the stop lever")
async def release(controller: Behind) -> LeverAnswer:
    """Let faults be switched on again; what was on stays off."""
    controller.lever.release()
    return answers.lever(controller)


@router.post("/sessions", status_code=201, summary="Begin a session", responses=problems(LeverHeld))
async def begin_session(order: SessionOrder, controller: Behind) -> SessionAnswer:
    """What is switched on with a session goes off when the session is not renewed in time."""
    return SessionAnswer.model_validate(
        controller.sessions.begin(order.actor, order.ttl_s, controller.settle(), is_sealed=order.sealed)
    )


@router.put("/sessions/{session_id}", summary="Renew a session", responses=problems(UnknownSession))
async def renew_session(session_id: Identity, controller: Behind) -> SessionAnswer:
    """Have it last for another of its times."""
    return SessionAnswer.model_validate(controller.sessions.renew(session_id, controller.settle()))


@router.delete("/sessions/{session_id}", summary="End a session", responses=problems())
async def end_session(session_id: Identity, controller: Behind, role: Caller) -> Stopped:
    """Switch off everything that it owns; doing it again changes nothing."""
    concerned = [one for one in controller.activations.unfinished() if one.order.session == session_id]
    controller.sessions.end(session_id)
    outcome = await controller.stop(concerned, "owner-gone")
    return _stopped(controller, concerned, outcome, role)


def _stopped(controller: Controller, concerned: Sequence[Activation], outcome: Outcome, role: Role) -> Stopped:
    return sealed_stop(answers.stopped([controller.activations.get(one.id) for one in concerned], outcome), role)
