"""What the platform does not own: a card network with its own ledger, and a supplier."""
