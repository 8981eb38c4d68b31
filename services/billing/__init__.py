"""Invoices and the ledger behind them: double entry, exact to the cent, from events."""
