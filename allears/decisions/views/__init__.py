"""The room's pages: deciding, hearing back, and what stands in public."""
