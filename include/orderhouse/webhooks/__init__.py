"""Webhooks out: the events of the outbox, told to the subscriptions of `connections.yaml`, at least once each."""
