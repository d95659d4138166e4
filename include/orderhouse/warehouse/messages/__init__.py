"""Events on their way to other programs, and notifications that have come."""
