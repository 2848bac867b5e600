"""The Electronic Cash Ledger (Customs Act 1962, section 51A)."""
