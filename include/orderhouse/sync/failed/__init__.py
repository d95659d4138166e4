"""Syncs that fail or wait: what they leave behind, and when they are tried again."""
