"""This process's memory, whose pages are moved into huge ones."""
