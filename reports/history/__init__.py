"""A truthful past, laid straight into the tables of a database that serves nobody yet: what a system of many years holds."""
