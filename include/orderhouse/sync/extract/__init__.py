"""The extract: raw orders out of the source into staged pages."""
