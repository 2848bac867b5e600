"""The sandbox bank: a bank of invented customers for trying ECCS out. A process of its own with a ledger of its own.

It shares with ECCS the protocol of `payments.bank`, a key and the way amounts are written, and nothing else: no table.
"""
