"""CSB-III: documents of many house airway bills, bagged and loose, for one flight (Form G)."""
