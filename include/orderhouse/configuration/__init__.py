"""What `connections.yaml` says: read, checked, and told by its line where it is wrong."""
