"""The test suite: `tests/<what it looks at>/test_<subject>.py`."""
