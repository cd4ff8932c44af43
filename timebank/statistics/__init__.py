"""Indicators, targets and how each region stands."""
