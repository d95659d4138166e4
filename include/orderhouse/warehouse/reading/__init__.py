"""What the pages and the API read from the warehouse: bounded queries, typed answers."""
