"""The service about itself: alive, ready, documented."""
