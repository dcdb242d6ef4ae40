"""Client for Poly Haven's public API: CC0 environments and models, for `posewright assets fetch polyhaven`."""
