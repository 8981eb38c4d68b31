"""What a running lab says: health, alerts, metrics, traces and logs, laid against the document."""
