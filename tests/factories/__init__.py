"""Documents at every stage, as the steps before would have left them. All firms, people and goods are invented."""
