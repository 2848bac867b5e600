"""Drop folders: what the API takes by HTTP, taken up from a folder of the firm for whoever has no HTTP."""
