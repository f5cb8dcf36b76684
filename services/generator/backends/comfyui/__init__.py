"""Images by a ComfyUI server."""
