"""The SVG: elements, style, legend, footer, what is laid over it."""
