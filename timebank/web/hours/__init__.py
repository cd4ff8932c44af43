"""Door of hours: records of a shift, their confirmation, a person's records, statement and stars."""
