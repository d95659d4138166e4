"""What is done about connections beside syncing them: trying one, which are due or late, what is old, which leave."""
