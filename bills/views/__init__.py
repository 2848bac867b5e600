"""The pages of bills that the generic ones do not cover: filing in parts, uploads of a flight, papers."""
