"""Raw orders to canonical frames, rejects and issues."""
