"""The raw records that a warehouse keeps, and what it gives up."""
