"""How dates and numbers are written where a language leaves a choice."""
