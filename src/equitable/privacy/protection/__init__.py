"""Which figures of linked tables are withheld, and the proof that it is safe."""
