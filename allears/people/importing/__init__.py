"""Bringing people from a table: what the columns are, how the first rows look, and the work itself."""
