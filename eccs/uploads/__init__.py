"""Files of shipments: read, checked cell by cell, given back with the errors beside the rows."""

from eccs.uploads.checks import Column, Fault, Table, causes, check
from eccs.uploads.reading import Sheet, Unreadable, read

__all__ = ["Column", "Fault", "Sheet", "Table", "Unreadable", "causes", "check", "read"]
