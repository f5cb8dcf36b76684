"""Ways to carry out an action: by somebody's webhook, or not at all."""
