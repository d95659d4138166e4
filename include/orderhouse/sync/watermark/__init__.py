"""The watermark of a connection: its Variable, how far the warehouse holds what it says, and moving it."""
