"""From texts to tokens and back, and the tokens that have a meaning of their own."""
