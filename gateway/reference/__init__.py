"""What every method takes and gives, told from the descriptors: as OpenAPI for programs, as a page for people."""
