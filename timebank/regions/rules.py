"""Rules of the region tree and its figures."""

from __future__ import annotations

FIGURE_KINDS = ("residents", "party_members")
"""Permanent residents (常住人口); members in community party organisations (社区党员)."""
