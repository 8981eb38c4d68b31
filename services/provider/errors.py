"""How the card network and the supplier say no."""

from services.chassis.errors import Conflict, NotFound, ServiceError


class UnknownAuthorisation(NotFound):
    """No authorisation of this reference has this id."""

    code, title = "unknown-authorisation", "Unknown authorisation"


class UnknownCapture(NotFound):
    """No capture of this reference has this id."""

    code, title = "unknown-capture", "Unknown capture"


class AuthorisationDeclined(Conflict):
    """The card was declined, so there is nothing to draw on."""

    code, title = "authorisation-declined", "Authorisation declined"


class AuthorisationVoided(Conflict):
    """The authorisation was given back."""

    code, title = "authorisation-voided", "Authorisation voided"


class AuthorisationCaptured(Conflict):
    """Money was captured already: it can be refunded, but the authorisation cannot be voided."""

    code, title = "authorisation-captured", "Authorisation captured"


class ExceedsAuthorised(Conflict):
    """More would be captured than was authorised."""

    code, title = "exceeds-authorised", "Exceeds the authorised amount"


class ExceedsCaptured(Conflict):
    """More would be refunded than was captured."""

    code, title = "exceeds-captured", "Exceeds the captured amount"


class PurchaseOrderChanged(Conflict):
    """A purchase order of this id asks for something else."""

    code, title = "purchase-order-changed", "Purchase order changed"


class KeyReused(ServiceError):
    """The idempotency key stands for another operation."""

    status, code, title = 422, "idempotency-key-reused", "Idempotency key reused"
