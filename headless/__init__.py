"""Programs: one file a purpose. `cli` gathers them under the command `posewright`."""
