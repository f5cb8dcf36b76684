"""What any process needs before it knows its purpose."""
