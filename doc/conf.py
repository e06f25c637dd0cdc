"""Sphinx configuration: ./noma docs builds doc/noma.rst as HTML."""

project = "noma"
author = "The noma authors"
copyright = author
root_doc = "noma"
exclude_patterns = ["noma-*.rst"]
extensions = ["sphinx.ext.mathjax"]
html_theme = "alabaster"
html_show_sphinx = False
