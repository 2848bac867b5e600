"""Webhooks: a firm's own program is told of every step of the firm's documents."""
