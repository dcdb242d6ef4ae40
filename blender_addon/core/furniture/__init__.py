"""Things that stand about: drawn, then made of parts."""
