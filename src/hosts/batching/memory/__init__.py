"""Moves this process's memory into huge pages."""
