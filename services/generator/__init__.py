"""The generator: images from poses and players, paid once."""
