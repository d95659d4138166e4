"""Webhooks out: the events of the outbox, told to the subscriptions of `connections.yaml`, at least once each.

And webhooks in: what sources post of their own accord, verified and kept until a sync reads the orders it names.
"""
