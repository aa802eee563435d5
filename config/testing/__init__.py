"""What only the tests of this project use."""
