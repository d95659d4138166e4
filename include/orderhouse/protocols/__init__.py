"""APIs of ERPs as connectors speak them, a module each: how they page, filter and refuse."""
