"""Service records: from attendance to the ledger."""
