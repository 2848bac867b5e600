"""Digital signatures (PN17 2.4): certificates, what is signed, and whether a signature holds.

A filing is written once as canonical JSON, shown, and kept byte for byte beside a detached CMS signature over it.
"""
