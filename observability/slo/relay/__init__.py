"""Alerts that others judge and tell: Prometheus has the rules, Alertmanager sends notices to the pager of the lab."""
