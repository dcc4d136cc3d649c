"""Charts: geometry from `charts.py`, drawn by templates in `templates/design/charts/`."""
