"""Authorises, captures and gives back: an order is charged once at most, and not at all when it is cancelled."""
