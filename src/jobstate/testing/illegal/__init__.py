"""Illegal series: a legal life with one forbidden thing done, for any rule."""
