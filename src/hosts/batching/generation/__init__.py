"""Models that write text, and the requests that run in them."""
