"""Kills servers in the middle of everything; the fake service's books tell whether anything was lost."""
