"""What a firm reads of its own by the HTTP API."""
