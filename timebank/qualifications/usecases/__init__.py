"""Changing qualifications: entering, deciding, taking back, opening files, running out."""

from timebank.qualifications.usecases.deciding import accept, accept_each, expire_proofs, refuse
from timebank.qualifications.usecases.entering import enter, withdraw
from timebank.qualifications.usecases.files import open_file
from timebank.qualifications.usecases.leaving import forget_proofs
from timebank.qualifications.usecases.trainings import Line, record_trainings

__all__ = [
    "Line",
    "accept",
    "accept_each",
    "enter",
    "expire_proofs",
    "forget_proofs",
    "open_file",
    "record_trainings",
    "refuse",
    "withdraw",
]
