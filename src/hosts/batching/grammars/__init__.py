"""The grammars that answers are held to."""
