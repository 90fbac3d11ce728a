"""Models that write text about pictures."""
