"""What people wear: outfits, garments on the body, cloth and its patterns."""
