"""Images by Stable Diffusion from weights on this machine."""
