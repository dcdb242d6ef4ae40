"""MakeHuman's own files, as they are published: clothes, hair, brows and lashes fitted to its base mesh, and skins."""
