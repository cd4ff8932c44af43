"""The audit trail and the access log, for auditors."""
