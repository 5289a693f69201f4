"""The main job, which joins all other packages: list, analyse, read annotations, learn, match, publish."""
