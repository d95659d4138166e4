"""Tests of Orderhouse, and the sandbox ERPs they run against."""
