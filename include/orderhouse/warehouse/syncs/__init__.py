"""What syncs need to know of each other, and what they leave behind."""
