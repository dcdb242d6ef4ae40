"""How people hold themselves: the pose prior, motion files, what touches the ground."""
