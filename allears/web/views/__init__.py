"""The pages that look over every room."""
