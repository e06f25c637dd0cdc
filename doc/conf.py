"""Sphinx configuration: ./noma docs builds a site of the pages that utils/split-doc makes."""

project = "noma"
author = "The noma authors"
copyright = author
root_doc = "index"
extensions = ["sphinx.ext.mathjax"]
# Debian's libjs-mathjax, copied beside the pages: formulas are drawn without a network
mathjax_path = "mathjax/MathJax.js?config=TeX-AMS_HTML"
html_theme = "alabaster"
html_theme_options = {
    "fixed_sidebar": True,
    "page_width": "1200px",
    "sidebar_width": "280px",
    "show_relbars": True,
}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_show_sphinx = False
html_show_sourcelink = False
