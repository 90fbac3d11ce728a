"""Models that transcribe speech."""
