"""Choosing people by the fair lottery, in the product: describe, commit, draw, invite, redraw, publish.

The maths is the library `allears.selection`, which knows no names. Here stand the pool (filtered by consent, contact
budget and criteria, in the database), what is on record, and the verbs. `docs/adr` says what was decided.
"""
