"""Guessing tokens before the model computes them, where that pays."""
