"""How facts are kept: one table, conditional writes, a store for each aggregate."""
