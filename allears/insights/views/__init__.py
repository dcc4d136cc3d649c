"""The room's pages: words, codings, themes, insights."""
