"""``scripts/orderhouse``: Orderhouse without a scheduler. Commands import what they need when they run."""
