"""What only the lessons need: the article, toys, worlds, experiments, pictures, widgets, checks.

It is installed from the checkout, beside the library that it imports.
"""
