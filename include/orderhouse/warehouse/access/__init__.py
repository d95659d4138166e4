"""What people and programs may do in the warehouse, and what they did."""
