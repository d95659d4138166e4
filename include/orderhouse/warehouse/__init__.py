"""The warehouse: schema, migrations, bulk load, sync ledger, marts, and the embedded server."""
