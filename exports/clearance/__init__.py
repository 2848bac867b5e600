"""The steps of a Courier Shipping Bill."""
