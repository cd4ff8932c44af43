"""Who belongs to which team: joining by request, invitation or code, and leaving."""
