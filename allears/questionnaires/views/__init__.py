"""The staff's pages of questionnaires."""
