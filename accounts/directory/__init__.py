"""The directory of authorised couriers, custodians and importers, kept by the Joint Commissioner (PN17 4.0)."""
