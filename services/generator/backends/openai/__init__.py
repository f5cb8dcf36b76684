"""Images by any server with OpenAI's Images API."""
