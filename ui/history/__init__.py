"""The views of the history page: finding runs, listing them, one run whole, all pictures, and letting go."""
