"""Reviews source code, and says what it did and did not look at."""
