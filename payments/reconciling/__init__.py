"""The banks' scrolls against the books of ECCS, day by day."""
