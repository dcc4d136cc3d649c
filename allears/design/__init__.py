"""How every page looks: tokens, style sheets, components and charts. Knows no customer, no study, no
database.
"""
