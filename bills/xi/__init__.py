"""CBE-XI: documents of many house airway bills, bagged and loose, of one manifest (PN17 5.4.1, 7)."""
