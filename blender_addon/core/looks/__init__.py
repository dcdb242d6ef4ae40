"""Skin, eyes and hair."""
