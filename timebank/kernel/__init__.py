"""What every flat stands on: clock, ids, errors, policy, crypto, database, work, events. Knows no feature."""
