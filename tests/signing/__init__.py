"""Digital signatures: certificates, what is signed, and whether it holds."""
