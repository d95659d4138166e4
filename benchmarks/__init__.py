"""Benchmarks of Orderhouse, beside what else people use; ``python -m benchmarks`` runs them."""
