"""What else people use, each a script that runs in a virtual environment of its own and loads the same pages."""
