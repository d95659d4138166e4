"""The customers' keys, and what is sealed with them: secrets and tokens."""
