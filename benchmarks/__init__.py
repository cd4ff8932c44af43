"""Measurements: each prints figure and comparison from one run."""
