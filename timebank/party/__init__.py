"""Party organisations, membership that they verify, and reporting to a community (双报到)."""
