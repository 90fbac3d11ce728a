"""Models that read whole texts at once: they embed, rank and classify."""
