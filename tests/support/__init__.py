"""What the tests stand on: databases, browser, clock, guards."""
