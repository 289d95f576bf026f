"""Where everything stands in a picture: placed by hand or by Graphviz, labels and text widths."""
