"""The pages that people work with."""
