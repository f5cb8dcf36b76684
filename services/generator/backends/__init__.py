"""What makes images: one small interface, and one module for each kind of maker."""
