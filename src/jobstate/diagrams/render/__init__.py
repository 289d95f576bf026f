"""Diagrams as SVG, PNG, Mermaid, DOT, PlantUML and SCXML: one file a format."""
