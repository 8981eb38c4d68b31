"""What the advisor answers, for a person and for programs; and how it asks a running lab."""
