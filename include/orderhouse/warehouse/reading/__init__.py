"""What the pages, the API and the command line read from the warehouse: bounded queries, typed answers."""
